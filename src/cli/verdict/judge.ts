// Compares the result of a parser with what the standard expects for the stream.

import { PacketType } from '../../index.ts'
import type { Observation } from '../target/observation.ts'
import { differingField, packetText } from './difference.ts'
import type { Expectation, Refusal } from './expectation.ts'
import { NO_PACKET, type Symptom, withoutNumbers } from './finding.ts'

/** The memory that a parser may use: a fixed amount per input, and an amount per byte of it. */
const MEMORY = 2 ** 25
const MEMORY_PER_BYTE = 64

/** Returns the first fault, if any. */
export function judge(expectation: Expectation, bytes: Uint8Array, given: Observation): Symptom | undefined {
  return (
    crash(expectation, given) ??
    excessiveMemory(bytes, given) ??
    (given.packets === undefined
      ? verdictOnWhole(expectation, given)
      : (wrongPacket(expectation, given.packets) ?? wrongEnding(expectation, given.packets, given)))
  )
}

function crash(expectation: Expectation, { thrown, packets }: Observation): Symptom | undefined {
  if (thrown === undefined || thrown.isRefusal) return undefined
  return {
    ...NO_PACKET,
    ...packetAt(expectation, packets?.length ?? 0),
    kind: 'crash',
    about: withoutNumbers(thrown.text),
    expected: 'packets, or a refusal',
    happened: `it threw ${thrown.text}`,
  }
}

function excessiveMemory({ length }: Uint8Array, { memory }: Observation): Symptom | undefined {
  const limit = MEMORY + length * MEMORY_PER_BYTE
  if (memory <= limit) return undefined
  return {
    ...NO_PACKET,
    kind: 'memory',
    about: 'per input',
    expected: `at most ${megabytes(limit)} for ${length} bytes`,
    happened: `more than ${megabytes(limit)}`,
  }
}

/** Judges a parser that only accepts or refuses. */
function verdictOnWhole(expectation: Expectation, { thrown }: Observation): Symptom | undefined {
  const { ending, packets } = expectation
  if (ending.kind === 'refused' && thrown === undefined)
    return accepted(expectation, ending, ACCEPTED_AS_A_WHOLE)
  if (ending.kind === 'complete' && thrown !== undefined && !mayRefuseAny(expectation))
    return refused(expectation, packets.length - 1, thrown.text)
  return undefined
}

/** Compares the delivered packets one by one. */
function wrongPacket(expectation: Expectation, given: readonly unknown[]): Symptom | undefined {
  const { packets, ending } = expectation
  for (const [index, packet] of given.entries()) {
    const expected = packets[index]
    if (expected === undefined) {
      if (ending.kind === 'refused') return accepted(expectation, ending, `it returned ${packetText(packet)}`)
      return ending.kind === 'another protocol' ? undefined : tooMany(packet, ending.kind)
    }
    const field = differingField(expected, packet)
    if (field === undefined) continue
    if (field === 'type' && given.length < packets.length) return refused(expectation, index, undefined)
    return {
      ...NO_PACKET,
      ...packetAt(expectation, index),
      kind: 'fields',
      about: field,
      rule: sectionOf(expected.type),
      expected: packetText(expected),
      happened: packetText(packet),
    }
  }
  return undefined
}

function wrongEnding(
  expectation: Expectation,
  given: readonly unknown[],
  { thrown }: Observation,
): Symptom | undefined {
  const { packets, ending } = expectation
  if (given.length < packets.length) {
    if (thrown !== undefined && mayRefuse(expectation, given.length)) return undefined
    return refused(expectation, given.length, thrown?.text)
  }
  if (ending.kind === 'refused' && thrown === undefined)
    return { ...accepted(expectation, ending, 'no error, and no packet'), waits: true }
  if (ending.kind === 'complete' && thrown !== undefined)
    return refused(expectation, packets.length - 1, thrown.text)
  return undefined
}

function accepted(expectation: Expectation, { code, rule, message }: Refusal, happened: string): Symptom {
  const place = packetAt(expectation, expectation.packets.length)
  return {
    ...NO_PACKET,
    ...place,
    kind: 'verdict',
    about: `accepts ${code}`,
    rule,
    expected: `an error: ${message}`,
    happened,
  }
}

/** The text for a target that returns no packets. */
export const ACCEPTED_AS_A_WHOLE = 'it was accepted'

/** The text for a target that refuses what it must accept. */
export const REFUSES = 'refuses a valid packet'

/** The symptom for a valid packet that was not delivered. */
function refused(expectation: Expectation, index: number, error: string | undefined): Symptom {
  const place = packetAt(expectation, index)
  return {
    ...NO_PACKET,
    ...place,
    kind: 'verdict',
    about: error === undefined ? 'packet missing' : REFUSES,
    rule: place.packetType && sectionOf(place.packetType),
    expected: packetText(expectation.packets[index]),
    happened: error === undefined ? 'no packet, and no error' : `it refused: ${error}`,
    waits: error === undefined,
  }
}

const mayRefuse = ({ permissions = [] }: Expectation, index: number): boolean =>
  (permissions[index] ?? []).length > 0

const mayRefuseAny = ({ permissions = [] }: Expectation): boolean =>
  permissions.some(({ length }) => length > 0)

function tooMany(packet: unknown, ending: 'complete' | 'incomplete'): Symptom {
  return {
    ...NO_PACKET,
    kind: 'verdict',
    about: ending === 'complete' ? 'extra packet' : 'incomplete packet delivered',
    rule: '§2.2.3',
    expected: 'no more packets',
    happened: `it returned ${packetText(packet)}`,
  }
}

function packetAt(
  { packets, ends, ending }: Expectation,
  index: number,
): Pick<Symptom, 'packetType' | 'index' | 'end'> {
  if (index < packets.length) return { packetType: packets[index]?.type, index, end: ends[index] ?? 0 }
  if (ending.kind === 'refused') return { packetType: ending.packetType, index, end: ending.end }
  return { packetType: undefined, index, end: 0 }
}

/** The section of a packet type: §3.1 for CONNECT, whose type is 1, and so on. */
export function sectionOf(packetType: string): string {
  return `§3.${PacketType[packetType.toUpperCase() as keyof typeof PacketType]}`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
