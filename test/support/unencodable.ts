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

/** A packet that the encoder refuses. `packet` may be anything that a JavaScript caller can pass. */
export interface UnencodableRow {
  readonly name: string
  readonly packet: unknown
  readonly code: EncodeErrorCode
  readonly field?: string
  /** The path to the value. */
  readonly property?: string
  /** Defaults to the rule of the code. */
  readonly rule?: string
  /** Part of the message. */
  readonly says?: string
}

const RULES = { ...DECODE_ERRORS, ...ENCODE_ERRORS }

const UNTOUCHED = Buffer.alloc(200_000, 0xaa)

export function testUnencodable(rows: readonly UnencodableRow[]): void {
  describe.each(rows)('$name', ({ packet, code, field, property, rule = RULES[code].rule, says }) => {
    const input = packet as PacketInput
    const target = Uint8Array.from(UNTOUCHED)
    const packetType = code === 'unknown-packet-type' ? undefined : input.type
    // The property, the requirement and the value; or a summary.
    const style = new RegExp(`^${packetType?.toUpperCase().concat(' ') ?? ''}(\\S+ [a-z]+ \\S.*|.*: .+) \\[`)

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
      expect(error).toMatchObject({ code, field, rule, packetType })
      if (property !== undefined) expect((error as EncodeError).property).toBe(property)
      expect((error as EncodeError).message).toContain(`[${rule}]`)
      expect((error as EncodeError).message).toMatch(style)
      if (says !== undefined) expect((error as EncodeError).message).toContain(says)
      expect(UNTOUCHED.equals(target)).toBe(true)
    })
  })
}
