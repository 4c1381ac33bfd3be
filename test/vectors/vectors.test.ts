import { describe, expect, test } from 'vitest'
import {
  DECODE_ERRORS,
  DecodeError,
  type DecodeErrorCode,
  decode,
  decodeFixedHeader,
  encode,
  encodedLength,
  type PacketOrPiece,
  PacketParser,
  type ParserOptions,
  PieceParser,
  type TolerableCode,
  topicMatches,
} from '../../src/index.ts'
import { CUTS, join } from '../support/bytes.ts'
import { caught } from '../support/malformed.ts'
import { putTogether } from '../support/pieces.ts'
import { bytesOf, input, written } from '../support/vectors.ts'
import { corpus } from './corpus.ts'
import type { Breach, VectorOptions, VectorPacket } from './vectors.d.cts'

// Tests the library with every row: whole, one byte at a time, and before another packet.

const PINGREQ = bytesOf('c000')

/** An error in the form of the corpus. */
function facts(error: unknown): unknown {
  if (!(error instanceof DecodeError)) throw error
  const { code, rule, field, offset, action, packetType } = error
  const found = code === 'unsupported-protocol-level' ? error.found : undefined
  return JSON.parse(JSON.stringify({ code, rule, field, offset, action, packetType, found }))
}

const isTolerable = (code: string): code is TolerableCode => DECODE_ERRORS[code as DecodeErrorCode].tolerable

const breachOf = ({ code, rule, field, offset }: Breach): Breach => ({
  code,
  rule,
  ...(field !== undefined && { field }),
  offset,
})

/** All packets of a parser, and the error at the end. */
function parsed(chunks: Iterable<Uint8Array>, options?: ParserOptions) {
  const parser = new PacketParser(options)
  const packets: VectorPacket[] = []
  const error = caught(() => {
    for (const chunk of chunks) for (const packet of parser.push(chunk)) packets.push(written(packet))
  })
  return { parser, packets, error }
}

/** The same for a parser that returns every payload in pieces. */
function parsedInPieces(chunks: Iterable<Uint8Array>, options?: ParserOptions) {
  const parser = new PieceParser({ ...options, piecesFrom: 1 })
  const items: PacketOrPiece[] = []
  const error = caught(() => {
    for (const chunk of chunks) for (const item of parser.push(chunk)) items.push(item)
  })
  return { packets: putTogether(items).packets.map(written), error }
}

const optionsOf = ({ options = {} }: { options?: VectorOptions }): ParserOptions => options as ParserOptions
/** Long rows are cut into small pieces instead of single bytes. */
const cutsFor = (hex: string) =>
  hex.length < 4_000
    ? CUTS
    : [CUTS[0]!, { name: 'in pieces of 999', cut: (whole: Uint8Array) => pieces(whole, 999) }]
const pieces = (whole: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  )

describe('valid', () => {
  test.each(corpus.valid)('$name', (row) => {
    const { hex, packet, readOnly } = row
    const whole = bytesOf(hex)
    const options = optionsOf(row)
    expect(written(decode(whole, options))).toEqual(packet)
    for (const { cut } of cutsFor(hex)) {
      const { packets, parser } = parsed(cut(join(whole, PINGREQ, whole)), options)
      expect(packets).toEqual([packet, { type: 'pingreq' }, packet])
      expect(parser.bufferedLength).toBe(0)
      expect(parsedInPieces(cut(join(whole, PINGREQ, whole)), options)).toEqual({ packets, error: undefined })
    }
    const step = Math.max(1, Math.floor(whole.length / 64))
    for (let length = 0; length < whole.length; length += step) {
      const { packets, parser, error } = parsed([whole.subarray(0, length)], options)
      expect([packets, error, parser.bufferedLength]).toEqual([[], undefined, length])
    }
    expect(encodedLength(input(packet))).toBe(encode(input(packet)).length)
    expect(Buffer.from(encode(input(packet))).equals(whole)).toBe(readOnly !== true)
  })
})

describe('malformed', () => {
  test.each(corpus.malformed)('$name', (row) => {
    const { hex, action, packetType, found } = row
    const whole = bytesOf(hex)
    const options = optionsOf(row)
    const expected = JSON.parse(JSON.stringify({ ...breachOf(row), action, packetType, found }))
    expect(facts(caught(() => decode(whole, options)))).toEqual(expected)
    for (const { cut } of cutsFor(hex)) {
      const { packets, error } = parsed(cut(join(PINGREQ, whole, PINGREQ)), options)
      expect(packets).toEqual([{ type: 'pingreq' }])
      expect(facts(error)).toEqual(expected)
      expect((error as DecodeError).streamOffset).toBe(PINGREQ.length + row.offset)
      expect(parsedInPieces(cut(join(PINGREQ, whole, PINGREQ)), options)).toEqual({ packets, error })
    }
  })

  const tolerable = corpus.malformed.filter(({ code }) => isTolerable(code))
  test.each(tolerable)('$name, tolerated', (row) => {
    const { hex, further = [], tolerated } = row
    const whole = bytesOf(hex)
    const breaches = [breachOf(row), ...further]
    // If the codes of the first violations are tolerated, the next violation with another code is thrown.
    for (let count = 1; count <= breaches.length; count++) {
      const tolerate = breaches
        .slice(0, count)
        .map(({ code }) => code)
        .filter(isTolerable)
      const left = breaches.findIndex(({ code }) => !(tolerate as string[]).includes(code))
      for (const { cut } of cutsFor(hex)) {
        const reports: Breach[] = []
        const onTolerated = (violation: DecodeError): void => {
          reports.push(breachOf(violation as Breach))
        }
        const options = { ...optionsOf(row), tolerate, onTolerated }
        const { packets, error } = parsed(cut(join(whole, PINGREQ)), options)
        // A violation in the fixed header is reported with its packet, and so not at all if the size is refused.
        const isRefusedAtHeader = breaches[left]?.field === 'Remaining Length'
        const reported = isRefusedAtHeader ? 0 : left < 0 ? undefined : left
        expect(reports).toEqual(breaches.slice(0, reported))
        if (left < 0) {
          expect(error).toBeUndefined()
          expect(packets).toEqual([tolerated, { type: 'pingreq' }])
        } else {
          expect(breachOf(error as Breach)).toEqual(breaches[left])
          expect(packets).toEqual([])
        }
      }
    }
  })

  test.each(tolerable)('$name, reported with the same properties as when thrown', (row) => {
    const thrown = caught(() => decode(bytesOf(row.hex), optionsOf(row)))
    const reports: DecodeError[] = []
    caught(() =>
      decode(bytesOf(row.hex), {
        ...optionsOf(row),
        tolerate: [row, ...(row.further ?? [])].map(({ code }) => code).filter(isTolerable),
        onTolerated: (each) => reports.push(each),
      }),
    )
    expect(reports[0]).toEqual(thrown)
    expect(reports[0]!.message).toBe((thrown as Error).message)
  })
})

describe('streams', () => {
  test.each(corpus.streams)('$name', (row) => {
    const { hex, packets, error, incomplete = 0 } = row
    for (const { cut } of cutsFor(hex)) {
      const result = parsed(cut(bytesOf(hex)), optionsOf(row))
      expect(result.packets).toEqual(packets)
      const inPieces = parsedInPieces(cut(bytesOf(hex)), optionsOf(row))
      expect(inPieces).toEqual({ packets, error: result.error })
      if (error === undefined) {
        expect(result.error).toBeUndefined()
        expect(result.parser.bufferedLength).toBe(incomplete)
        expect(caught(() => result.parser.end()) === undefined).toBe(incomplete === 0)
      } else {
        const { packetType, streamOffset, ...breach } = error
        expect(breachOf(result.error as Breach)).toEqual(breach)
        expect((result.error as DecodeError).streamOffset).toBe(streamOffset)
        expect((result.error as DecodeError).packetType).toBe(packetType)
        expect(result.parser.bufferedLength).toBe(0)
      }
    }
  })
})

describe('headers', () => {
  test.each(corpus.headers)('$name', ({ hex, packetType, flags, remainingLength, length }) => {
    const header = bytesOf(hex)
    expect(decodeFixedHeader(header)).toMatchObject({ type: packetType, flags, remainingLength, length })
    for (let cut = 0; cut < header.length; cut++)
      expect(decodeFixedHeader(header.subarray(0, cut))).toBeUndefined()
  })
})

describe('matching', () => {
  test.each(corpus.matching)('$filter and $topic: $matches', ({ filter, topic, matches }) => {
    expect(topicMatches(filter, topic)).toBe(matches)
  })
})
