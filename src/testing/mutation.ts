// Mutations of a stream of packets that take the layout of its fields into account.

import { MAX_REMAINING_LENGTH } from '../packet-types.ts'
import { encodeRemainingLength } from '../wire/remaining-length.ts'
import { concat, copyOf } from './bytes.ts'
import { type Field, layoutOf, type PacketLayout } from './layout.ts'

/**
 * The kinds of mutations: flip a bit; insert or delete some bytes; duplicate a field or a packet; swap two fields of a
 * packet; change a length (`lie`); or continue, in the middle of a packet, in the middle of another one (`splice`).
 */
export const MUTATION_KINDS = ['flip', 'insert', 'delete', 'duplicate', 'swap', 'lie', 'splice'] as const

/** The kind of a {@link Mutation}. */
export type MutationKind = (typeof MUTATION_KINDS)[number]

/** One mutation. Its numbers are indices, modulo the number of choices that the bytes offer: any number is valid. */
export interface Mutation {
  readonly kind: MutationKind
  /** The index of the byte, field, length or packet. */
  readonly place: number
  /** The index of the other field or packet, or the number of bytes. */
  readonly other: number
  /** The bit, byte or number. */
  readonly value: number
}

type Mutate = (bytes: Uint8Array, mutation: Mutation) => Uint8Array

const MAX_BYTES = 4

/** Replaces the bytes from `start` to `end`. */
function replaced(bytes: Uint8Array, start: number, end: number, ...by: readonly Uint8Array[]): Uint8Array {
  return concat([bytes.subarray(0, start), ...by, bytes.subarray(end)])
}

function chosen<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % items.length]
}

const fieldsOf = (bytes: Uint8Array): Field[] => layoutOf(bytes).flatMap(({ fields }) => fields)

/** A length, and how to replace it by another number. */
interface Length {
  readonly start: number
  readonly end: number
  readonly value: number
  readonly lies: readonly number[]
  encode(value: number): Uint8Array
}

function lengthsOf(bytes: Uint8Array): Length[] {
  return layoutOf(bytes).flatMap((packet) => [
    remainingLengthOf(packet),
    ...packet.fields.filter(({ start, content }) => content > start).map(prefixOf),
  ])
}

function remainingLengthOf({ start, body, end }: PacketLayout): Length {
  return {
    start: start + 1,
    end: body,
    value: end - body,
    lies: [0, 127, 128, 16_383, 16_384, 2_097_152, MAX_REMAINING_LENGTH],
    encode: encodeRemainingLength,
  }
}

function prefixOf({ start, content, end }: Field): Length {
  return {
    start,
    end: content,
    value: end - content,
    lies: [0, 0x7fff, 0x8000, 0xffff],
    encode: (value) => Uint8Array.of(value >> 8, value),
  }
}

const MUTATIONS: Readonly<Record<MutationKind, Mutate>> = {
  flip(bytes, { place, value }) {
    const result = copyOf(bytes)
    if (result.length > 0) result[place % result.length]! ^= 1 << (value % 8)
    return result
  },
  insert(bytes, { place, other, value }) {
    const at = place % (bytes.length + 1)
    return replaced(bytes, at, at, new Uint8Array(1 + (other % MAX_BYTES)).fill(value))
  },
  delete(bytes, { place, other }) {
    const at = place % (bytes.length + 1)
    return replaced(bytes, at, at + 1 + (other % MAX_BYTES))
  },
  duplicate(bytes, { place }) {
    const span = chosen([...fieldsOf(bytes), ...layoutOf(bytes)], place)
    return span === undefined
      ? bytes
      : replaced(bytes, span.end, span.end, bytes.subarray(span.start, span.end))
  },
  swap(bytes, { place, other, value }) {
    const fields = chosen(layoutOf(bytes), place)?.fields
    if (fields === undefined) return bytes
    const one = other % fields.length
    const two = (one + 1 + (value % (fields.length - 1))) % fields.length
    const first = fields[Math.min(one, two)]!
    const second = fields[Math.max(one, two)]!
    return replaced(
      bytes,
      first.start,
      second.end,
      bytes.subarray(second.start, second.end),
      bytes.subarray(first.end, second.start),
      bytes.subarray(first.start, first.end),
    )
  },
  lie(bytes, { place, other, value }) {
    const length = chosen(lengthsOf(bytes), place)
    if (length === undefined) return bytes
    const near = [length.value + 1, Math.max(0, length.value - 1), value]
    return replaced(bytes, length.start, length.end, length.encode(chosen([...near, ...length.lies], other)!))
  },
  splice(bytes, { place, other, value }) {
    const packets = layoutOf(bytes)
    const head = chosen(packets, place)
    const tail = chosen(packets, other)
    if (head === undefined || tail === undefined) return bytes
    const cut = head.start + (value % (head.end - head.start + 1))
    const joint = tail.start + ((value >> 8) % (tail.end - tail.start + 1))
    return replaced(bytes, cut, head.end, bytes.subarray(joint, tail.end))
  },
}

/** Applies the mutations in order and returns new bytes. Empty input can only grow, by insertions. */
export function applyMutations(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  return mutations.reduce((mutated, mutation) => MUTATIONS[mutation.kind](mutated, mutation), copyOf(bytes))
}
