// Payloads, weighted to the steps of the Remaining Length.

import { type Arbitrary, type Combinators, choose } from '../combinators.ts'

// The last value that each length of Remaining Length can say (§2.2.3, Table 2.4), as far as memory likes it.
const STEPS = [127, 16_383, 2_097_151] as const
// A PUBLISH has its topic and its packet identifier in front of the payload.
const HEADER = 48

/** What each arbitrary may cost: `ample` packets may be megabytes, `modest` ones keep a stream of them small. */
export type Size = 'modest' | 'ample'

/** Bytes of a few patterns: zeros, ones, and what looks like packets. */
function pattern(length: number, first: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => first * (index + 1))
}

function around(fc: Combinators, step: number): Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.integer({ min: Math.max(0, step - HEADER), max: step + 2 }), fc.constantFrom(0, 1, 0x30, 0xff))
    .map(([length, first]) => pattern(length, first))
}

/** Any bytes: mostly few, else about as many as make the Remaining Length of a PUBLISH a byte longer. */
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

// One PUBLISH in so many has its Remaining Length right at a step; the third step costs two megabytes.
const AT_STEPS = {
  modest: [127, 128],
  ample: [127, 128, 127, 128, 16_383, 16_384, 16_383, 16_384, 2_097_151, 2_097_152],
} as const

/** Mostly undefined, else a Remaining Length that is the last of its length, or the first that takes a byte more. */
export function remainingLengthAtStep(fc: Combinators, size: Size): Arbitrary<number | undefined> {
  return choose<number | undefined>(fc, [16, fc.constant(undefined)], [1, fc.constantFrom(...AT_STEPS[size])])
}

/** The payload, cut off or filled up with zeros to `length` bytes; unchanged where there are none so few. */
export function resized(bytes: Uint8Array, length: number): Uint8Array {
  if (length < 0) return bytes
  const result = new Uint8Array(length)
  result.set(bytes.subarray(0, length))
  return result
}
