// Finds the smallest stream that still shows a finding.

import { encodeRemainingLength } from '../../index.ts'
import { type Field, layoutOf, type PacketLayout } from '../../testing/index.ts'
import { replaced, type Stream } from '../target/stream.ts'

const NOTHING = new Uint8Array(0)

/** The number of fields of the fixed header, which come first in a layout. */
const FIXED_HEADER = 2

/** Halves, quarters and eighths of the bytes are removed before single fields are. */
const COARSE = 4

/** The replacements for a byte: small numbers for a number, `a` for text. */
const PLAIN_NUMBERS = [0x00, 0x01]
const PLAIN_TEXT = [0x00, 0x61, 0x01]
const FIRST_OF_TEXT = 0x20

/**
 * Simplifies the stream step by step while `shows` returns true.
 *
 * @param attempts the maximum number of calls of `shows`
 */
export async function minimize(
  stream: Stream,
  shows: (candidate: Stream) => boolean | Promise<boolean>,
  attempts: number,
): Promise<Stream> {
  let left = attempts
  let smallest = stream
  const firstThatShows = async (candidates: Iterable<Stream>): Promise<Stream | undefined> => {
    for (const candidate of candidates) {
      if (!isSimpler(candidate, smallest)) continue
      if (left-- <= 0) return undefined
      if (await shows(candidate)) return candidate
    }
    return undefined
  }
  for (;;) {
    const simpler = await firstThatShows(simplifications(smallest))
    if (simpler === undefined) return smallest
    smallest = simpler
  }
}

/** Whether it is shorter; or of the same length with fewer cuts; or with simpler bytes. */
function isSimpler(one: Stream, other: Stream): boolean {
  if (one.bytes.length !== other.bytes.length) return one.bytes.length < other.bytes.length
  if (one.cuts.length !== other.cuts.length) return one.cuts.length < other.cuts.length
  return complexity(one) < complexity(other)
}

function complexity({ bytes }: Stream): number {
  return bytes.reduce((sum, byte) => sum + complexityOf(byte), 0)
}

function complexityOf(byte: number): number {
  if (byte === 0) return 0
  return PLAIN_TEXT.includes(byte) ? 1 : 2
}

/** Streams that are one step simpler, largest steps first. */
function* simplifications(stream: Stream): Generator<Stream> {
  if (stream.cuts.length > 0) yield { ...stream, cuts: [] }
  const packets = layoutOf(stream.bytes)
  for (const { start, end } of runsOf(packets)) yield replaced(stream, start, end, NOTHING)
  const { length } = stream.bytes
  yield* fewerBytes(stream, length >> 1, length >> COARSE)
  for (const packet of packets) yield* fewerFields(stream, packet)
  for (const packet of packets) {
    for (const field of packet.fields.slice(FIXED_HEADER)) yield* shorterField(stream, packet, field)
  }
  yield* fewerBytes(stream, length >> COARSE, 0)
  yield* fewerCuts(stream)
  for (const packet of packets) yield withLength(stream, packet)
  yield* simplerBytes(stream)
}

/** Removes fields of the packet, many at first, and corrects its Remaining Length. */
function* fewerFields(stream: Stream, packet: PacketLayout): Generator<Stream> {
  for (const { start, end } of runsOf(packet.fields.slice(FIXED_HEADER)))
    yield withLength(replaced(stream, start, end, NOTHING), { ...packet, end: packet.end - (end - start) })
}

interface Span {
  readonly start: number
  readonly end: number
}

/** All of the adjacent spans; then each half of them, each quarter, down to single spans. */
function* runsOf(spans: readonly Span[]): Generator<Span> {
  for (let count = spans.length; count > 0; count >>= 1) {
    for (let last = spans.length; last >= count; last -= count) {
      yield { start: (spans[last - count] as Span).start, end: (spans[last - 1] as Span).end }
    }
  }
}

/** Removes parts of the field, at any position, and corrects its prefix and the Remaining Length. */
function* shorterField(stream: Stream, packet: PacketLayout, field: Field): Generator<Stream> {
  const { start, content, end } = field
  for (let size = end - content; size > 0; size >>= 1) {
    for (let to = end; to - size >= content; to -= size) {
      const left = end - content - size
      const prefix = content === start ? NOTHING : Uint8Array.of(left >> 8, left)
      const shorter = replaced(replaced(stream, to - size, to, NOTHING), start, content, prefix)
      yield withLength(shorter, { ...packet, end: packet.end - size })
    }
  }
}

/** Corrects the Remaining Length of a packet. */
function withLength(stream: Stream, { start, body, end }: PacketLayout): Stream {
  return replaced(stream, start + 1, body, encodeRemainingLength(end - body))
}

/** Removes pieces of `max` bytes, then of half that size, and so on while they are larger than `min`. */
function* fewerBytes(stream: Stream, max: number, min: number): Generator<Stream> {
  for (let size = max; size > min; size >>= 1) {
    for (let start = stream.bytes.length - size; start >= 0; start -= size)
      yield replaced(stream, start, start + size, NOTHING)
  }
}

function* fewerCuts({ bytes, cuts }: Stream): Generator<Stream> {
  if (cuts.length === 0) return
  for (let position = 1; cuts.length > 1 && position < bytes.length; position++)
    yield { bytes, cuts: [position] }
  for (const left of cuts.keys()) yield { bytes, cuts: cuts.filter((_, index) => index !== left) }
}

function* simplerBytes(stream: Stream): Generator<Stream> {
  for (const [index, byte] of stream.bytes.entries()) {
    for (const plain of byte < FIRST_OF_TEXT ? PLAIN_NUMBERS : PLAIN_TEXT)
      yield replaced(stream, index, index + 1, Uint8Array.of(plain))
  }
}
