import { describe, expect, test } from 'vitest'
import {
  applyCutting,
  applyMutations,
  type Cutting,
  generateMalformed,
  generateSessions,
  layoutOf,
  type Mutation,
  mutate,
} from '../../src/testing/index.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

// A PUBLISH to `ab` with packet identifier 7 and payload `x`, then a PINGREQ.
const STREAM = '32 07 0002 6162 0007 78  c0 00'

describe('each mutation', () => {
  // The fields by their index: 0 type, 1 Remaining Length, 2 topic, 3 identifier, 4 payload, 5 type, 6 Remaining Length.
  test.each<[Partial<Mutation> & Pick<Mutation, 'kind'>, string]>([
    [{ kind: 'flip', place: 1, value: 7 }, '32 87 0002 6162 0007 78  c0 00'],
    [{ kind: 'flip', place: 11 + 10, value: 8 }, '32 07 0002 6162 0007 78  c0 01'],
    [{ kind: 'insert', place: 2, other: 1, value: 0x1ee }, '32 07 eeee 0002 6162 0007 78  c0 00'],
    [{ kind: 'insert', place: 11, value: 0xee }, '32 07 0002 6162 0007 78  c0 00 ee'],
    [{ kind: 'delete', place: 2, other: 1 }, '32 07 6162 0007 78  c0 00'],
    [{ kind: 'delete', place: 10, other: 3 }, '32 07 0002 6162 0007 78  c0'],
    [{ kind: 'duplicate', place: 3 }, '32 07 0002 6162 0007 0007 78  c0 00'],
    [{ kind: 'duplicate', place: 8 }, '32 07 0002 6162 0007 78  c0 00  c0 00'],
    [{ kind: 'swap', place: 0, other: 2, value: 0 }, '32 07 0007 0002 6162 78  c0 00'],
    [{ kind: 'swap', place: 0, other: 4, value: 2 }, '32 07 78 0007 0002 6162  c0 00'],
    [{ kind: 'lie', place: 0, other: 0 }, '32 08 0002 6162 0007 78  c0 00'],
    [{ kind: 'lie', place: 0, other: 1 }, '32 06 0002 6162 0007 78  c0 00'],
    [{ kind: 'lie', place: 0, other: 2, value: 300 }, '32 ac02 0002 6162 0007 78  c0 00'],
    [{ kind: 'lie', place: 0, other: 9 }, '32 ffffff7f 0002 6162 0007 78  c0 00'],
    [{ kind: 'lie', place: 1, other: 0 }, '32 07 0003 6162 0007 78  c0 00'],
    [{ kind: 'lie', place: 1, other: 6 }, '32 07 ffff 6162 0007 78  c0 00'],
    [{ kind: 'lie', place: 2, other: 1 }, '32 07 0002 6162 0007 78  c0 00'],
    [{ kind: 'splice', place: 0, other: 1, value: 0x0003 }, '32 07 00 c0 00  c0 00'],
    [{ kind: 'splice', place: 1, other: 0, value: 0x0802 }, '32 07 0002 6162 0007 78  c0 78'],
  ])('%o', (mutation, expected) => {
    const bytes = bytesOf(STREAM)
    const mutated = applyMutations(bytes, [{ place: 0, other: 0, value: 0, ...mutation }])
    expect(hex(mutated)).toBe(expected.replaceAll(' ', ''))
    expect(hex(bytes)).toBe(hex(bytesOf(STREAM)))
  })

  test('one after another', () => {
    const place = { place: 0, other: 0, value: 0 }
    const mutated = applyMutations(bytesOf('c000'), [
      { ...place, kind: 'flip' },
      { ...place, kind: 'delete' },
      { ...place, kind: 'insert', value: 9 },
    ])
    expect(hex(mutated)).toBe('0900')
  })
})

describe('cuts', () => {
  test.each<[Cutting, string]>([
    [[], '320700026162000778c000'],
    ['every byte', '32 07 00 02 61 62 00 07 78 c0 00'],
    [[{ at: 'length', place: 0, chunk: 'cut' }], '32 0700026162000778c000'],
    [[{ at: 'length', place: 2, chunk: 'cut' }], '320700 026162000778c000'],
    [[{ at: 'length', place: 4 + 6, chunk: 'cut' }], '320700026162000778c0 00'],
    [[{ at: 'anywhere', place: 5, chunk: 'cut' }], '3207000261 62000778c000'],
    [[{ at: 'anywhere', place: 5, chunk: 'empty' }], '3207000261  62000778c000'],
    [[{ at: 'anywhere', place: 5, chunk: 'byte' }], '3207000261 62 000778c000'],
    [[{ at: 'anywhere', place: 11, chunk: 'byte' }], '320700026162000778c000  '],
    [
      [
        { at: 'anywhere', place: 9, chunk: 'cut' },
        { at: 'anywhere', place: 2, chunk: 'cut' },
      ],
      '3207 00026162000778 c000',
    ],
  ])('%j', (cutting, expected) => {
    const bytes = bytesOf(STREAM)
    expect(applyCutting(bytes, cutting).map(hex)).toEqual(expected.split(' '))
  })

  test('of empty input', () => {
    expect(applyCutting(new Uint8Array(0), [{ at: 'length', place: 7, chunk: 'cut' }]).map(hex)).toEqual([
      '',
      '',
    ])
  })

  test('every chunk is a copy', () => {
    for (const chunk of applyCutting(bytesOf(STREAM), [{ at: 'anywhere', place: 5, chunk: 'cut' }])) {
      expect(chunk.buffer.byteLength).toBe(chunk.length)
    }
  })
})

describe('a layout', () => {
  test('covers every byte once, for any bytes', () => {
    const streams = [
      ...[...generateSessions(1, 300)].map(({ bytes }, seed) => mutate(bytes, seed)),
      ...[...generateMalformed(1, 1000)].map(({ bytes }) => bytes),
    ]
    for (const bytes of streams) {
      let position = 0
      for (const { start, body, end, fields } of layoutOf(bytes)) {
        expect(start).toBe(position)
        for (const field of fields) {
          expect(field.start).toBe(position)
          expect(field.content).toBeLessThanOrEqual(field.end)
          position = field.end
        }
        expect(fields[1]?.end).toBe(body)
        expect(position).toBe(end)
      }
      expect(position).toBe(bytes.length)
    }
  })

  test('names the fields', () => {
    const named = layoutOf(bytesOf(STREAM)).map(({ fields }) => fields.map(({ name }) => name))
    expect(named).toEqual([
      ['Control Packet type', 'Remaining Length', 'Topic Name', 'Packet Identifier', 'Payload'],
      ['Control Packet type', 'Remaining Length'],
    ])
  })
})
