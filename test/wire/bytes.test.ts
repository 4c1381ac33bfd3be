import { describe, expect, test, vi } from 'vitest'
import {
  decode,
  decodeFixedHeader,
  decodeRemainingLength,
  encodeInto,
  PacketParser,
} from '../../src/index.ts'
import {
  allocate,
  allocateOf,
  assertBytes,
  concat,
  copyInto,
  copyOf,
  isBytes,
  kindOf,
  lengthOf,
  viewOf,
} from '../../src/wire/bytes.ts'

class Own extends Uint8Array {}

const CONTENT = Uint8Array.from({ length: 60 }, (_, index) => index)

/** Ten bytes behind the start of their memory, of every kind. */
const within = (): ArrayBuffer => Uint8Array.of(...new Uint8Array(10), ...CONTENT, 0xff).buffer

const KINDS = [
  { kind: 'buffer', bytes: Buffer.from(within(), 10, 60) },
  { kind: 'uint8array', bytes: new Uint8Array(within(), 10, 60) },
  { kind: 'other', bytes: new Own(within(), 10, 60) },
] as const

describe.each(KINDS)('of kind $kind', ({ kind, bytes }) => {
  test('bytes are known', () => {
    expect(kindOf(bytes)).toBe(kind)
  })

  test.each([
    [0, 60],
    [0, 5],
    [3, 20],
    [20, 60],
    [7, 7],
  ])('a view from %i to %i is one, and a copy is none', (start, end) => {
    const view = viewOf(bytes, kind, start, end)
    expect(kindOf(view)).toBe(kind)
    expect(view.constructor).toBe(bytes.constructor)
    expect([view.buffer, view.byteOffset, view.length]).toEqual([bytes.buffer, 10 + start, end - start])
    const copy = copyOf(bytes, kind, start, end)
    expect(Buffer.isBuffer(copy)).toBe(kind === 'buffer')
    expect(copy.buffer).not.toBe(bytes.buffer)
    expect(Uint8Array.from(copy)).toEqual(CONTENT.slice(start, end))
  })
})

test.each([
  [0, 0],
  [0, 1],
  [5, 15],
  [5, 20],
  [5, 21],
  [5, 22],
  [0, 16],
  [0, 59],
  [1, 60],
  [0, 60],
])('bytes %i to %i are copied, and nothing else', (start, end) => {
  for (const { bytes } of KINDS) {
    const target = new Uint8Array(70).fill(0xaa)
    copyInto(target, 4, bytes, start, end)
    const rest = new Uint8Array(70 - 4 - (end - start)).fill(0xaa)
    expect([...target]).toEqual([0xaa, 0xaa, 0xaa, 0xaa, ...CONTENT.slice(start, end), ...rest])
  }
})

test('pieces behind one another', () => {
  expect(Uint8Array.from(concat([]))).toEqual(new Uint8Array(0))
  const pieces = [Uint8Array.of(1, 2), new Uint8Array(0), Buffer.of(3), new Own([4, 5, 6])]
  expect(Uint8Array.from(concat(pieces))).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6))
})

describe('memory', () => {
  test.each(['buffer', 'uint8array'] as const)('is of kind %s, and nobody else has it', (kind) => {
    const sizes = [0, 1, 7, 8, 9, 100, 4_095, 4_096, 4_097, 32_767, 32_768, 32_769]
    const pieces = Array.from({ length: 300 }, (_, index) =>
      allocateOf(kind, sizes[(index * 5) % sizes.length]!),
    )
    for (const [index, piece] of pieces.entries()) piece.fill(index)
    for (const [index, piece] of pieces.entries()) {
      expect(kindOf(piece)).toBe(kind)
      expect(piece.length).toBe(sizes[(index * 5) % sizes.length])
      if (!piece.every((byte) => byte === (index & 0xff))) expect.fail(`piece ${index} was overwritten`)
    }
  })

  test('is a Buffer unless another kind is wanted', () => {
    expect([allocate(1), allocate(5_000)].map(kindOf)).toEqual(['buffer', 'buffer'])
  })

  test('starts on a whole word', () => {
    for (const length of [1, 3, 8, 9, 0, 13]) expect(allocate(length).byteOffset % 8).toBe(0)
  })

  test('is shared if it is small, and one piece after the other wastes none', () => {
    const pieces = Array.from({ length: 3_000 }, () => allocate(30))
    const memories = new Set(pieces.map(({ buffer }) => buffer))
    expect(memories.size).toBeLessThanOrEqual(Math.ceil((3_000 * 32) / 32_768) + 1)
  })

  test.each([
    ['is used to its last byte', 28_672, 4_096, 32_768],
    ['is given up for a piece of an eighth that does not fit', 28_673, 4_096, 32_768],
    ['is kept where a larger piece does not fit', 28_672, 4_097, 4_097],
  ])('of 32 KiB %s', async (_, taken, length, size) => {
    vi.resetModules()
    const { allocate } = await import('../../src/wire/bytes.ts')
    const first = allocate(taken).buffer
    const second = allocate(length).buffer
    expect(second.byteLength).toBe(size)
    expect(second === first).toBe(taken + length === size)
    // What is left of the first goes on being used unless it was given up.
    expect(allocate(8).buffer === first).toBe(length > 4_096)
  })

  test('of no bytes may be the first that is taken: a copy of an empty payload', async () => {
    vi.resetModules()
    const { decode } = await import('../../src/index.ts')
    const packet = decode(Uint8Array.of(0x30, 0x03, 0x00, 0x01, 0x61), { copyPayloads: true })
    expect(packet).toMatchObject({ type: 'publish', payload: new Uint8Array(0) })
  })
})

test.each([
  [new Uint8Array(1), true],
  [Buffer.of(1), true],
  [new Own(1), true],
  [new Uint8ClampedArray(1), false],
  [new DataView(new ArrayBuffer(1)), false],
  [new ArrayBuffer(1), false],
  [{ [Symbol.toStringTag]: 'Uint8Array' }, false],
  [[1], false],
  [null, false],
])('%o: %s', (value, expected) => {
  expect(isBytes(value)).toBe(expected)
})

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  ['text', 'text; encode it with Buffer.from(text) or new TextEncoder().encode(text)'],
  [[], 'an Array; convert it with Uint8Array.from(array)'],
  [new ArrayBuffer(1), 'an ArrayBuffer; wrap it in new Uint8Array(memory)'],
  [new Blob([]), 'a Blob; read it with new Uint8Array(await blob.arrayBuffer())'],
  [
    new Uint16Array(1),
    'a Uint16Array; convert it with new Uint8Array(view.buffer, view.byteOffset, view.byteLength)',
  ],
  [7, 'number'],
  [{}, 'object'],
])('what is no bytes is named: %j', (value, name) => {
  expect(() => assertBytes(value)).toThrow(new TypeError(`expected a Uint8Array, not ${name}`))
})

test.each([
  ['decodeFixedHeader', (offset: number) => decodeFixedHeader(CONTENT, offset)],
  ['decodeRemainingLength', (offset: number) => decodeRemainingLength(CONTENT, offset)],
])('%s refuses what is no offset', (_, use) => {
  for (const offset of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
    expect(() => use(offset as number)).toThrow(
      new TypeError(`an offset is a whole number of at least 0, not ${offset}`),
    )
  }
})

describe.each([0, 19, 21, 6_000])('what holds 20 bytes and says %i', (claimed) => {
  class Liar extends Uint8Array {
    override get length() {
      return claimed
    }
  }
  const liars = [
    new Liar(20),
    Object.defineProperty(new Uint8Array(20), 'length', { value: claimed }),
    Object.defineProperty(Buffer.alloc(20), 'length', { value: claimed }),
  ]

  test.each([
    ['decode', (bytes: Uint8Array) => decode(bytes)],
    ['push', (bytes: Uint8Array) => new PacketParser().push(bytes)],
    ['decodeFixedHeader', (bytes: Uint8Array) => decodeFixedHeader(bytes)],
    ['decodeRemainingLength', (bytes: Uint8Array) => decodeRemainingLength(bytes)],
    ['encodeInto', (bytes: Uint8Array) => encodeInto({ type: 'pingreq' }, bytes)],
  ])('is refused by %s', (_, use) => {
    for (const liar of liars) {
      expect(() => use(liar)).toThrow(
        new TypeError('expected a Uint8Array, not one whose length is not what its class says'),
      )
      expect(lengthOf(liar)).toBe(20)
    }
  })
})
