// Remaining Length, §2.2.3: one to four bytes, seven bits per byte, least significant first.

import { type Field, refuse } from '../encoding/field.ts'
import { REMAINING_LENGTH_TOO_LONG } from '../error-rules.ts'
import { DecodeError } from '../errors.ts'
import { MAX_REMAINING_LENGTH } from '../packet-types.ts'
import { assertOffset, assertUint8Array } from './bytes.ts'
import type { EncodedBytes } from './host.ts'
import { allocate } from './pool.ts'

const NAME = 'Remaining Length'
const MAX_LENGTH = 4
const CONTINUATION = 0x80

/** The length of the shortest form of `value` in bytes, 1 to 4. */
export function remainingLengthSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  return value < 0x20_0000 ? 3 : 4
}

/** The size in bytes of a packet with this Remaining Length. Throws if it is too large (§2.2.3). */
export function packetSize(remainingLength: number, packetType: string): number {
  return remainingLength < CONTINUATION ? remainingLength + 2 : largePacketSize(remainingLength, packetType)
}

function largePacketSize(remainingLength: number, packetType: string): number {
  if (remainingLength > MAX_REMAINING_LENGTH) refuseTooLarge(remainingLength, { packetType, name: NAME }) // §2.2.3
  return 1 + remainingLengthSize(remainingLength) + remainingLength
}

/** Writes the shortest form of `value` and returns the position after it. */
export function writeRemainingLength(target: Uint8Array, position: number, value: number): number {
  if (value >= CONTINUATION) return writeRemainingLengthBytes(target, position, value)
  target[position] = value
  return position + 1
}

function writeRemainingLengthBytes(target: Uint8Array, position: number, value: number): number {
  target[position] = (value & 0x7f) | CONTINUATION
  return writeRemainingLength(target, position + 1, value >>> 7)
}

/**
 * Encodes a Remaining Length in its shortest form (§2.2.3).
 *
 * @param value an integer from 0 to 268,435,455
 * @returns 1 to 4 bytes: a Buffer where the host has Buffer, otherwise a Uint8Array
 * @throws EncodeError `packet-too-large` if the value is larger, `value-out-of-range` for any other invalid value
 */
export function encodeRemainingLength(value: number): EncodedBytes {
  checkRemainingLength(value, { packetType: undefined, name: NAME, property: 'value' })
  const bytes = allocate(remainingLengthSize(value))
  writeRemainingLength(bytes, 0, value)
  return bytes
}

/** Checks a Remaining Length to be encoded. */
export function checkRemainingLength(value: unknown, field: Field): asserts value is number {
  if (typeof value === 'number' && value > MAX_REMAINING_LENGTH) refuseTooLarge(value, field)
  if (!Number.isInteger(value) || (value as number) < 0)
    refuse(
      'value-out-of-range',
      field,
      `must be an integer from 0 to ${MAX_REMAINING_LENGTH}`,
      value,
      undefined,
      '§2.2.3',
    )
}

function refuseTooLarge(value: number, field: Field): never {
  refuse('packet-too-large', field, `must be at most ${MAX_REMAINING_LENGTH}`, value)
}

/** A decoded Remaining Length: its value, and the number of bytes it takes. */
export interface RemainingLength {
  value: number
  length: number
}

/**
 * Reads the Remaining Length at `start`. Returns undefined if it is not complete before `end`. Forms that are longer than
 * necessary are accepted: MQTT 3.1.1 has no rule against them.
 */
export function remainingLengthAt(
  bytes: Uint8Array,
  start: number,
  end: number,
): RemainingLength | 'too-long' | undefined {
  let value = 0
  for (let length = 1; length <= MAX_LENGTH; length++) {
    const index = start + length - 1
    if (index >= end) return undefined
    const byte = bytes[index]!
    value |= (byte & 0x7f) << (7 * (length - 1))
    if (byte < CONTINUATION) return { value, length }
  }
  return 'too-long' // §2.2.3: the fourth byte has the continuation bit
}

/**
 * Decodes a Remaining Length (§2.2.3).
 *
 * @param bytes the Remaining Length, and any bytes around it
 * @param offset the index of its first byte; default 0
 * @returns the value, 0 to 268,435,455, and the number of bytes it takes, 1 to 4; undefined if more bytes are needed
 * @throws DecodeError `remaining-length-too-long`; its `offset` counts from the fixed header's first byte, which precedes the
 *   Remaining Length
 * @throws TypeError if `bytes` is not a Uint8Array, or `offset` is not a non-negative integer
 */
export function decodeRemainingLength(bytes: Uint8Array, offset = 0): RemainingLength | undefined {
  assertUint8Array(bytes)
  assertOffset(offset)
  const decoded = remainingLengthAt(bytes, offset, bytes.length)
  if (decoded === 'too-long') {
    const found = bytes[offset + MAX_LENGTH - 1]!
    // Not by its code, which would make a bundle of this function contain the rules and summaries of all codes.
    const reason = `${REMAINING_LENGTH_TOO_LONG}, found 0x${found.toString(16)}`
    const rule = '§2.2.3'
    throw new DecodeError('remaining-length-too-long', {
      rule,
      field: NAME,
      offset: MAX_LENGTH,
      found,
      reason,
    })
  }
  return decoded
}
