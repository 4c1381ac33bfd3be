// Remaining Length, §2.2.3: one to four bytes, seven bits a byte, the least significant first.

import { DecodeError } from '../errors.ts'
import { type Field, refuse } from '../field.ts'
import { MAX_REMAINING_LENGTH } from '../packet-types.ts'
import { assertBytes, assertOffset } from './bytes.ts'

const NAME = 'Remaining Length'
const MAX_LENGTH = 4
const CONTINUATION = 0x80

/** The bytes that the shortest form of `value` takes, 1 to 4. */
export function remainingLengthSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  return value < 0x20_0000 ? 3 : 4
}

/** The bytes of a packet with this Remaining Length; refuses what is too large [§2.2.3]. */
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
 * @param value a whole number of bytes, 0 to 268,435,455
 * @returns 1 to 4 bytes
 * @throws EncodeError `packet-too-large` above the range, `value-out-of-range` for anything else that is no such number
 */
export function encodeRemainingLength(value: number): Uint8Array {
  checkRemainingLength(value, { packetType: undefined, name: NAME, property: 'value' })
  const bytes = new Uint8Array(remainingLengthSize(value))
  writeRemainingLength(bytes, 0, value)
  return bytes
}

/** Refuses what is not a Remaining Length. */
export function checkRemainingLength(value: unknown, field: Field): asserts value is number {
  if (typeof value === 'number' && value > MAX_REMAINING_LENGTH) refuseTooLarge(value, field)
  if (!Number.isInteger(value) || (value as number) < 0)
    refuse(
      'value-out-of-range',
      field,
      `is a whole number from 0 to ${MAX_REMAINING_LENGTH}`,
      value,
      undefined,
      '§2.2.3',
    )
}

function refuseTooLarge(value: number, field: Field): never {
  refuse('packet-too-large', field, `is at most ${MAX_REMAINING_LENGTH}`, value)
}

/** A Remaining Length's value, and the bytes that it took. */
export interface RemainingLength {
  value: number
  length: number
}

/**
 * The Remaining Length at `start`, of bytes that are known up to `end`: undefined if it goes on beyond them.
 * Forms that are longer than necessary are read: no rule of 3.1.1 forbids them.
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
  return 'too-long' // §2.2.3: the fourth byte announces a fifth
}

/**
 * Decodes a Remaining Length (§2.2.3).
 *
 * @param bytes holds the Remaining Length at `offset`
 * @param offset in bytes; default 0
 * @returns the value, 0 to 268,435,455, and the bytes that it took, 1 to 4; undefined: more bytes are needed
 * @throws DecodeError `remaining-length-too-long`; its `offset` counts from the fixed header's first byte, which
 *   precedes the Remaining Length
 * @throws TypeError if `bytes` is not a Uint8Array, or `offset` is not a whole number of at least 0
 */
export function decodeRemainingLength(bytes: Uint8Array, offset = 0): RemainingLength | undefined {
  assertBytes(bytes)
  assertOffset(offset)
  const decoded = remainingLengthAt(bytes, offset, bytes.length)
  if (decoded === 'too-long') {
    throw new DecodeError('remaining-length-too-long', { field: 'Remaining Length', offset: MAX_LENGTH })
  }
  return decoded
}
