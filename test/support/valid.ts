import { describe, expect, test } from 'vitest'
import {
  type DecodeError,
  decode,
  encode,
  encodedLength,
  encodeInto,
  type Packet,
  type PacketInput,
  PacketParser,
  type ParserOptions,
} from '../../src/index.ts'
import { bytes, CUTS, join } from './bytes.ts'
import { parseInPieces } from './pieces.ts'

/** A packet and its bytes; both directions are tested. */
export interface ValidRow {
  readonly name: string
  readonly hex: string
  readonly packet: Packet
  /** The input of `encode`, if it is not `packet`. */
  readonly input?: PacketInput
  /** Set if these bytes are decoded but never encoded. */
  readonly readOnly?: true
  readonly options?: ParserOptions
}

const PINGREQ = bytes('c0 00')

/** The packets that a parser returns for chunks. */
export function parse(chunks: Iterable<Uint8Array>, options?: ParserOptions): Packet[] {
  const parser = new PacketParser(options)
  const packets: Packet[] = []
  for (const chunk of chunks) packets.push(...parser.push(chunk))
  parser.end()
  expect(parser.bufferedLength).toBe(0)
  return packets
}

export function testValid(rows: readonly ValidRow[]): void {
  describe.each(rows)('$name', ({ hex, packet, input = packet, readOnly, options }) => {
    const whole = bytes(hex)

    test('decodes', () => {
      expect(decode(whole, options)).toEqual(packet)
    })

    test.each(CUTS)('parses $name, alone and before another packet', ({ cut }) => {
      expect(parse(cut(whole), options)).toEqual([packet])
      const ping = { type: 'pingreq' }
      expect(parse(cut(join(whole, PINGREQ, whole)), options)).toEqual([packet, ping, packet])
      expect(parseInPieces(cut(join(whole, PINGREQ, whole)), options)).toEqual([packet, ping, packet])
    })

    test('is incomplete at every proper prefix', () => {
      for (let length = 0; length < whole.length; length++) {
        const prefix = whole.subarray(0, length)
        expect(() => decode(prefix, options)).toThrow(
          expect.objectContaining({ code: 'incomplete-packet', offset: length }),
        )
        const parser = new PacketParser(options)
        expect(parser.push(prefix).read()).toBeUndefined()
        expect(parser.bufferedLength).toBe(length)
        expect([...parser.push(whole.subarray(length))]).toEqual([packet])
      }
    })

    if (readOnly) return
    test('encodes', () => {
      const copy = structuredClone(input)
      expect(Uint8Array.from(encode(input))).toEqual(whole)
      expect(encodedLength(input)).toBe(whole.length)
      for (const offset of [0, 1, 9]) {
        const target = new Uint8Array(whole.length + offset + 3).fill(0xaa)
        expect(encodeInto(input, target, offset)).toBe(whole.length)
        const untouched = (length: number): Uint8Array => new Uint8Array(length).fill(0xaa)
        expect(target).toEqual(join(untouched(offset), whole, untouched(3)))
      }
      expect(input).toEqual(copy)
    })
  })
}

/** The properties by which thrown errors are compared. */
export function facts(error: unknown): Partial<DecodeError> {
  const { code, rule, field, offset, action, packetType } = error as DecodeError
  return { code, rule, field, offset, action, packetType }
}
