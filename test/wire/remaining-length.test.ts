import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  decodeRemainingLength,
  EncodeError,
  encodeRemainingLength,
  MAX_PACKET_SIZE,
  MAX_REMAINING_LENGTH,
} from '../../src/index.ts'
import { bytes } from '../support/bytes.ts'
import { caught } from '../support/malformed.ts'

// Table 2.4's limits, and the example of §2.2.3.
const ROWS = [
  { value: 0, hex: '00' },
  { value: 1, hex: '01' },
  { value: 127, hex: '7f' },
  { value: 128, hex: '80 01' },
  { value: 321, hex: 'c1 02' },
  { value: 16_383, hex: 'ff 7f' },
  { value: 16_384, hex: '80 80 01' },
  { value: 2_097_151, hex: 'ff ff 7f' },
  { value: 2_097_152, hex: '80 80 80 01' },
  { value: 268_435_455, hex: 'ff ff ff 7f' },
]

describe.each(ROWS)('Remaining Length $value', ({ value, hex }) => {
  const encoded = bytes(hex)

  test('encodes in its shortest form', () => {
    expect(encodeRemainingLength(value)).toEqual(Buffer.from(encoded))
  })

  test('decodes alone, between other bytes, and in pieces', () => {
    expect(decodeRemainingLength(encoded)).toEqual({ value, length: encoded.length })
    expect(decodeRemainingLength(bytes(`ff ${hex} ff`), 1)).toEqual({ value, length: encoded.length })
    for (let length = 0; length < encoded.length; length++) {
      expect(decodeRemainingLength(encoded.subarray(0, length))).toBeUndefined()
    }
  })
})

test.each([
  { hex: '80 00', value: 0, length: 2 },
  { hex: 'ff 80 80 00', value: 127, length: 4 },
])('$hex is not the shortest form, and no rule forbids it', ({ hex, ...decoded }) => {
  expect(decodeRemainingLength(bytes(hex))).toEqual(decoded)
})

test.each(['80 80 80 80', 'ff ff ff ff 01', '80 80 80 80 00'])('%s has more than four bytes', (hex) => {
  expect(() => decodeRemainingLength(bytes(hex))).toThrow(DecodeError)
  expect(() => decodeRemainingLength(bytes(hex))).toThrow(
    expect.objectContaining({
      code: 'remaining-length-too-long',
      rule: '§2.2.3',
      field: 'Remaining Length',
      offset: 4,
      message: expect.stringContaining(`found 0x${hex.split(' ')[3]}`),
    }),
  )
})

// biome-ignore format: one row per value
test.each([
  [268_435_456, 'packet-too-large', 'must be at most 268435455, not 268435456'],
  [Number.POSITIVE_INFINITY, 'packet-too-large', 'must be at most 268435455, not Infinity'],
  [-1, 'value-out-of-range', 'must be an integer from 0 to 268435455, not -1'],
  [1.5, 'value-out-of-range', 'must be an integer from 0 to 268435455, not 1.5'],
  [Number.NaN, 'value-out-of-range', 'must be an integer from 0 to 268435455, not NaN'],
  ['1', 'value-out-of-range', "must be an integer from 0 to 268435455, not '1'"],
  ['268435456', 'value-out-of-range', "must be an integer from 0 to 268435455, not '268435456'"],
  [undefined, 'value-out-of-range', 'must be an integer from 0 to 268435455, not undefined'],
])('%s is not a Remaining Length', (value, code, says) => {
  const error = caught(() => encodeRemainingLength(value as number)) as EncodeError
  expect(error).toBeInstanceOf(EncodeError)
  expect(error).toMatchObject({ code, rule: '§2.2.3', field: 'Remaining Length', property: 'value' })
  expect(error.message).toContain(`value ${says}`)
})

test('the limits are those of §2.2.3', () => {
  expect(MAX_REMAINING_LENGTH).toBe(268_435_455)
  expect(MAX_PACKET_SIZE).toBe(1 + 4 + 268_435_455)
})
