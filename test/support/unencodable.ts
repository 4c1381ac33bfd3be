import { describe, expect, test } from 'vitest'
import {
  DECODE_ERRORS,
  ENCODE_ERRORS,
  EncodeError,
  type EncodeErrorCode,
  encode,
  encodedLength,
  encodeInto,
  type PacketInput,
} from '../../src/index.ts'

/** What is refused on its way out. `packet` may be anything that a JavaScript caller can pass. */
export interface UnencodableRow {
  readonly name: string
  readonly packet: unknown
  readonly code: EncodeErrorCode
  readonly field?: string
  /** The code's own unless given. */
  readonly rule?: string
}

const RULES = { ...DECODE_ERRORS, ...ENCODE_ERRORS }

const UNTOUCHED = Buffer.alloc(200_000, 0xaa)

export function testUnencodable(rows: readonly UnencodableRow[]): void {
  describe.each(rows)('$name', ({ packet, code, field, rule = RULES[code].rule }) => {
    const input = packet as PacketInput
    const target = Uint8Array.from(UNTOUCHED)
    const packetType = code === 'unknown-packet-type' ? undefined : input.type

    test.each([
      ['encode', () => encode(input)],
      ['encodedLength', () => encodedLength(input)],
      ['encodeInto', () => encodeInto(input, target, 1)],
    ])('%s refuses it', (_, attempt) => {
      let error: unknown
      try {
        attempt()
      } catch (thrown) {
        error = thrown
      }
      expect(error).toBeInstanceOf(EncodeError)
      const { code: said, field: at, rule: broken, packetType: type } = error as EncodeError
      expect({ code: said, field: at, rule: broken, packetType: type }).toEqual({
        code,
        field,
        rule,
        packetType,
      })
      expect(UNTOUCHED.equals(target)).toBe(true)
    })
  })
}
