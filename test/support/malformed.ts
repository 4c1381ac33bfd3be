import { describe, expect, test } from 'vitest'
import {
  DECODE_ERRORS,
  DecodeError,
  type DecodeErrorCode,
  decode,
  type Packet,
  PacketParser,
  type ParserOptions,
  PieceParser,
  type TolerableCode,
} from '../../src/index.ts'
import { bytes, CUTS, join } from './bytes.ts'
import { facts, parse } from './valid.ts'

/** Malformed bytes, and the properties of the error. */
export interface MalformedRow {
  readonly name: string
  readonly hex: string
  readonly code: DecodeErrorCode
  readonly rule: string
  readonly offset: number
  readonly field?: string
  readonly packetType?: string
  readonly action?: DecodeError['action']
  readonly options?: ParserOptions
  /** The packet if the code is tolerated. Set for every tolerable code. */
  readonly tolerated?: Packet
}

const PUBACK = bytes('40 02 0001')

/** The thrown value, if any. */
export function caught(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

export function testMalformed(rows: readonly MalformedRow[]): void {
  describe.each(rows)('$name', ({ hex, options, tolerated, ...row }) => {
    const whole = bytes(hex)
    const { code, rule, offset, field, packetType, action = 'close' } = row
    const expected = { code, rule, field, offset, action, packetType }

    test('decode refuses it', () => {
      const error = caught(() => decode(whole, options))
      expect(error).toBeInstanceOf(DecodeError)
      expect(facts(error)).toEqual(expected)
      expect((error as Error).message).toContain(`[${rule}]`)
    })

    test.each(
      CUTS.flatMap(({ name, cut }) => [
        { name, cut, kind: 'a parser', open: () => new PacketParser(options) },
        { name, cut, kind: 'a parser of pieces', open: () => new PieceParser({ ...options, piecesFrom: 1 }) },
      ]),
    )('$kind refuses it $name, after the packets before it, until it is reset', ({ cut, open }) => {
      const parser = open()
      const packets: unknown[] = []
      const error = caught(() => {
        for (const chunk of cut(join(PUBACK, whole, PUBACK)))
          for (const packet of parser.push(chunk)) packets.push(packet)
      })
      expect(facts(error)).toEqual(expected)
      expect((error as DecodeError).streamOffset).toBe(PUBACK.length + offset)
      expect(packets).toEqual([{ type: 'puback', packetId: 1 }])
      for (const again of [
        () => parser.read(),
        () => (parser as PacketParser).readFrame?.() ?? parser.read(),
        () => parser.push(PUBACK),
        () => parser.end(),
      ]) {
        expect(caught(again)).toBe(error)
      }
      expect(parser.bufferedLength).toBe(0)
      parser.reset()
      expect(parser.push(PUBACK).read()).toEqual({ type: 'puback', packetId: 1 })
    })

    if (!DECODE_ERRORS[code].tolerable) return
    test('it can be let pass', () => {
      expect(tolerated).toBeDefined()
      for (const { cut } of CUTS) {
        const reports: unknown[] = []
        const lenient: ParserOptions = {
          ...options,
          tolerate: [code as TolerableCode],
          onTolerated: (violation) => reports.push(facts(violation)),
        }
        expect(parse(cut(join(whole, PUBACK)), lenient)).toEqual([tolerated, { type: 'puback', packetId: 1 }])
        expect(decode(whole, lenient)).toEqual(tolerated)
        expect(reports).toEqual([expected, expected])
      }
    })
  })
}

/** The thrown DecodeError, if any. Nothing else may be thrown. */
export function refusal(action: () => void): DecodeError | undefined {
  const error = caught(action)
  if (error !== undefined && !(error instanceof DecodeError)) throw error
  return error
}
