// Payloads, weighted towards lengths at which the Remaining Length grows by a byte.

import { type Arbitrary, type Combinators, choose } from '../combinators.ts'

// The largest value of each length of the Remaining Length (§2.2.3, Table 2.4), except the largest of all.
const STEPS = [127, 16_383, 2_097_151] as const
// Room for the topic and the packet identifier before the payload of a PUBLISH.
const HEADER = 48

/** The size of packets: `ample` ones may take megabytes, `modest` ones keep streams small. */
export type Size = 'modest' | 'ample'

/** Bytes in one of a few patterns: zeros, ones, or bytes that look like packets. */
function pattern(length: number, first: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => first * (index + 1))
}

function around(fc: Combinators, step: number): Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.integer({ min: Math.max(0, step - HEADER), max: step + 2 }), fc.constantFrom(0, 1, 0x30, 0xff))
    .map(([length, first]) => pattern(length, first))
}

/** Any bytes: usually few, otherwise about as many as make the Remaining Length of a PUBLISH a byte longer. */
export function payload(fc: Combinators, size: Size): Arbitrary<Uint8Array> {
  const few = fc.uint8Array({ maxLength: 16 }).map((bytes) => Uint8Array.from(bytes))
  const ample = size === 'ample' ? 1 : 0
  return choose(
    fc,
    [60, few],
    [12, around(fc, STEPS[0])],
    [2 + 2 * ample, around(fc, STEPS[1])],
    [ample, around(fc, STEPS[2])],
  )
}

// One PUBLISH in this many has its Remaining Length exactly at a step. The third step takes two megabytes.
const AT_STEPS = {
  modest: [127, 128],
  ample: [127, 128, 127, 128, 16_383, 16_384, 16_383, 16_384, 2_097_151, 2_097_152],
} as const

/** Usually undefined, otherwise a Remaining Length that is the last of its length, or the first of the next one. */
export function remainingLengthAtStep(fc: Combinators, size: Size): Arbitrary<number | undefined> {
  return choose<number | undefined>(fc, [16, fc.constant(undefined)], [1, fc.constantFrom(...AT_STEPS[size])])
}

/** Truncates the payload, or pads it with zeros, to `length` bytes. Returns it unchanged if `length` is negative. */
export function resized(bytes: Uint8Array, length: number): Uint8Array {
  if (length < 0) return bytes
  const result = new Uint8Array(length)
  result.set(bytes.subarray(0, length))
  return result
}
