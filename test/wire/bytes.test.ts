import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { Frame } from '../../src/frame.ts'
import {
  decode,
  decodeFixedHeader,
  decodeRemainingLength,
  encodeInto,
  PacketParser,
  withPacketId,
} from '../../src/index.ts'
import {
  assertBytes,
  byteArrayLength,
  concat,
  copyInto,
  copyOf,
  isBytes,
  isShared,
  kindOf,
  lengthOf,
  ownMemory,
  putRange,
} from '../../src/wire/bytes.ts'
import { grow, growable, growing, grown } from '../support/growing.ts'

class Own extends Uint8Array {}

const CONTENT = Uint8Array.from({ length: 60 }, (_, index) => index)

/** Memory with CONTENT at offset 10. */
const within = (): ArrayBuffer => Uint8Array.of(...new Uint8Array(10), ...CONTENT, 0xff).buffer

const KINDS = [
  { kind: 'buffer', bytes: Buffer.from(within(), 10, 60) },
  { kind: 'uint8array', bytes: new Uint8Array(within(), 10, 60) },
  { kind: 'other', bytes: new Own(within(), 10, 60) },
] as const

describe.each(KINDS)('of kind $kind', ({ kind, bytes }) => {
  test('bytes are recognized', () => {
    expect(kindOf(bytes)).toBe(kind)
  })

  test.each([
    [0, 60],
    [0, 5],
    [3, 20],
    [20, 60],
    [7, 7],
  ])('a copy from %i to %i has its own memory', (start, end) => {
    const copy = copyOf(bytes, kind, start, end)
    expect(Buffer.isBuffer(copy)).toBe(kind === 'buffer')
    expect(copy.buffer.byteLength).toBe(end - start)
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
])('only bytes %i to %i are copied', (start, end) => {
  for (const { bytes } of KINDS) {
    const target = new Uint8Array(70).fill(0xaa)
    copyInto(target, 4, bytes, start, end)
    const rest = new Uint8Array(70 - 4 - (end - start)).fill(0xaa)
    expect([...target]).toEqual([0xaa, 0xaa, 0xaa, 0xaa, ...CONTENT.slice(start, end), ...rest])
  }
})

test.each([
  ['fixed memory', CONTENT],
  ['memory that has grown', grown(CONTENT)],
])('only the first bytes are copied from %s', (_, source) => {
  for (const length of [0, 1, 59, 60]) {
    for (const room of [0, 1, 10]) {
      const target = new Uint8Array(2 + length + room).fill(0xaa)
      putRange(target, 2, source, 0, length)
      const rest = new Uint8Array(room).fill(0xaa)
      expect([...target]).toEqual([0xaa, 0xaa, ...CONTENT.slice(0, length), ...rest])
    }
  }
})

test('consecutive pieces', () => {
  expect(Uint8Array.from(concat([]))).toEqual(new Uint8Array(0))
  const pieces = [Uint8Array.of(1, 2), new Uint8Array(0), Buffer.of(3), new Own([4, 5, 6])]
  expect(Uint8Array.from(concat(pieces))).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6))
})

test.each([0, 1, 64, 65, 4_096, 100_000])('separate memory for %i bytes has no other bytes', (length) => {
  for (const kind of ['buffer', 'uint8array', 'other'] as const) {
    const memory = ownMemory(kind, length)
    expect(kindOf(memory)).toBe(kind === 'buffer' ? 'buffer' : 'uint8array')
    expect([memory.length, memory.byteOffset, memory.buffer.byteLength]).toEqual([length, 0, length])
  }
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
  ['text', 'a string; encode it with new TextEncoder().encode(text)'],
  [[], 'an array; convert it with Uint8Array.from(array)'],
  [new ArrayBuffer(1), 'an ArrayBuffer; wrap it in new Uint8Array(memory)'],
  [new Blob([]), 'a Blob; read it with new Uint8Array(await blob.arrayBuffer())'],
  [
    new Uint16Array(1),
    'a Uint16Array; convert it with new Uint8Array(view.buffer, view.byteOffset, view.byteLength)',
  ],
  [7, 'a number'],
  [{}, 'an object'],
])('values that are not bytes are named in the error: %j', (value, name) => {
  expect(() => assertBytes(value)).toThrow(new TypeError(`expected a Uint8Array, not ${name}`))
})

test.each([
  ['decodeFixedHeader', (offset: number) => decodeFixedHeader(CONTENT, offset)],
  ['decodeRemainingLength', (offset: number) => decodeRemainingLength(CONTENT, offset)],
])('%s refuses invalid offsets', (_, use) => {
  for (const offset of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
    expect(() => use(offset as number)).toThrow(
      new TypeError(`offset must be a non-negative integer, not ${offset}`),
    )
  }
})

describe.each([0, 19, 21, 6_000])('20 bytes whose length property is %i', (claimed) => {
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
    ['encodeInto', (bytes: Uint8Array) => encodeInto({ type: 'pingreq' }, bytes)],
  ])('is refused by %s', (_, use) => {
    for (const liar of liars) {
      expect(() => use(liar)).toThrow(
        new TypeError('expected a Uint8Array, not one whose length property is overridden'),
      )
      expect(lengthOf(liar)).toBe(20)
    }
  })

  test('is refused by decodeRemainingLength', () => {
    for (const liar of liars)
      expect(() => decodeRemainingLength(liar)).toThrow(new TypeError('expected a Uint8Array'))
  })
})

test.each([
  ['assertBytes', (bytes: Uint8Array) => assertBytes(bytes)],
  ['withPacketId', (bytes: Uint8Array) => withPacketId(new Frame('puback', 0, bytes, 2), 7)],
  ['push', (bytes: Uint8Array) => new PacketParser().push(bytes)],
  ['decodeFixedHeader', (bytes: Uint8Array) => decodeFixedHeader(bytes)],
  ['decodeRemainingLength', (bytes: Uint8Array) => decodeRemainingLength(bytes, 1)],
  ['encodeInto', (bytes: Uint8Array) => encodeInto({ type: 'pingreq' }, bytes)],
])('%s accepts memory that grows meanwhile', (_, use) => {
  expect(() => use(growing(Uint8Array.of(0x40, 2, 0, 1)))).not.toThrow()
})

test('memory that has grown once meanwhile is accepted', () => {
  let rest = 1
  class GrowingOnce extends Uint8Array {
    override get length(): number {
      const length = super.length
      if (rest-- > 0) grow(this)
      return length
    }
  }
  expect(byteArrayLength(growable(new Uint8Array(20), GrowingOnce as typeof Uint8Array))).toBe(21)
})

test('memory that grows meanwhile does not hide a length property that is overridden', () => {
  for (const claimed of [0, 19, 1_000, Number.NaN, '21', { valueOf: () => 21 }]) {
    const bytes = growable(new Uint8Array(20))
    const get = (): unknown => {
      grow(bytes)
      return claimed
    }
    Object.defineProperty(bytes, 'length', { get })
    expect(() => assertBytes(bytes)).toThrow(/overridden$/)
  }
})

const CONNECT = '101900044d5154540406003c0001630001770007'
const PUBLISH = '30070003612f626869'

/** All Buffers that the library creates, and the hexadecimal of the Buffer that Node would create. */
const RESULTS: [
  string,
  (library: Library, bytes: (hex: string) => Buffer) => Uint8Array | undefined,
  string,
][] = [
  ['a payload', ({ decode }, of) => payloadOf(decode(of(PUBLISH))), '6869'],
  ['a copied payload', ({ decode }, of) => payloadOf(decode(of(PUBLISH), { copyPayloads: true })), '6869'],
  ['an empty payload', ({ decode }, of) => payloadOf(decode(of('3003000161'))), ''],
  [
    'a copied payload of 100 bytes',
    ({ decode }, of) => payloadOf(decode(of(`3067000161${'78'.repeat(100)}`), { copyPayloads: true })),
    '78'.repeat(100),
  ],
  ['a will', ({ decode }, of) => willOf(decode(of(`${CONNECT}6f66666c696e65`))), '6f66666c696e65'],
  [
    'the payload of a packet in single bytes',
    (library, of) => payloadOf(inPieces(library, of(PUBLISH), 1).read()),
    '6869',
  ],
  [
    'the payload of a large packet in pieces',
    (library, of) => payloadOf(inPieces(library, of(`30c3b802000161${'78'.repeat(40_000)}`), 1_460).read()),
    '78'.repeat(40_000),
  ],
  ['a frame', ({ PacketParser }, of) => new PacketParser().push(of(PUBLISH)).readFrame()?.bytes, PUBLISH],
  ['a frame in single bytes', (library, of) => inPieces(library, of(PUBLISH), 1).readFrame()?.bytes, PUBLISH],
  ['an encoded packet', ({ encode }) => encode({ type: 'publish', topic: 'a/b', payload: 'hi' }), PUBLISH],
  ['an encoded acknowledgement', ({ encode }) => encode({ type: 'puback', packetId: 7 }), '40020007'],
  ['an encoded packet of another type', ({ encode }) => encode({ type: 'pingreq' }), 'c000'],
  [
    'a large encoded packet',
    ({ encode }) => encode({ type: 'publish', topic: 'a', payload: 'x'.repeat(40_000) }),
    `30c3b802000161${'78'.repeat(40_000)}`,
  ],
  [
    'the header of a PUBLISH',
    ({ encodePublishHeader }) => encodePublishHeader({ topic: 'a/b' }, 2),
    '30070003612f62',
  ],
]

type Library = typeof import('../../src/index.ts')

const payloadOf = (packet: unknown) => (packet as { payload: Uint8Array }).payload
const willOf = (packet: unknown) => payloadOf((packet as { will: unknown }).will)

const inPieces = ({ PacketParser }: Library, bytes: Buffer, size: number) => {
  const parser = new PacketParser()
  for (let start = 0; start < bytes.length; start += size) parser.push(bytes.subarray(start, start + size))
  return parser
}

test.each(RESULTS)('%s is deepStrictEqual to a Buffer of Node', async (_, make, hex) => {
  const result = make(await import('../../src/index.ts'), (bytes) => Buffer.from(bytes, 'hex'))
  assert.deepStrictEqual(result, Buffer.from(hex, 'hex'))
  expect(Object.getPrototypeOf(result)).toBe(Buffer.prototype)
  expect(result).toStrictEqual(Buffer.from(hex, 'hex'))
})

test('memory is shared only if other threads can write to it', () => {
  class Special extends ArrayBuffer {}
  class Disguised extends SharedArrayBuffer {
    override get [Symbol.toStringTag](): 'SharedArrayBuffer' {
      return 'ArrayBuffer' as 'SharedArrayBuffer'
    }
  }
  const bare = Object.setPrototypeOf(new SharedArrayBuffer(1), null) as SharedArrayBuffer
  const foreign = runInNewContext('new ArrayBuffer(1)') as ArrayBuffer
  expect([new ArrayBuffer(1), new Special(1), foreign].map(isShared)).toEqual([false, false, false])
  expect([new SharedArrayBuffer(1), new Disguised(1), bare].map(isShared)).toEqual([true, true, true])
})

describe('on another host', () => {
  /** Loads the library on a host with this Buffer. */
  const loadedWith = async (hostBuffer: unknown): Promise<Library> => {
    vi.resetModules()
    vi.stubGlobal('Buffer', hostBuffer)
    try {
      return await import('../../src/index.ts')
    } finally {
      vi.unstubAllGlobals()
    }
  }

  /** Like npm's `buffer`: a function that gives Uint8Arrays another prototype, with the species that it inherits. */
  function Polyfill(this: unknown, from: ArrayBuffer | number, offset?: number, length?: number): Uint8Array {
    const bytes = typeof from === 'number' ? new Uint8Array(from) : new Uint8Array(from, offset, length)
    return Object.setPrototypeOf(bytes, Polyfill.prototype) as Uint8Array
  }
  Object.setPrototypeOf(Polyfill, Uint8Array)
  Polyfill.prototype = Object.create(Uint8Array.prototype, { constructor: { value: Polyfill } }) as Uint8Array
  Polyfill.allocUnsafeSlow = (length: number) => Polyfill.call(undefined, length)

  test.each(RESULTS)("%s is one of the host's Buffers", async (_, make, hex) => {
    const library = await loadedWith(Polyfill)
    const result = make(library, (bytes) => {
      const { buffer, byteOffset, length } = Buffer.from(bytes, 'hex')
      return Polyfill.call(undefined, buffer, byteOffset, length) as Buffer
    })
    expect(Object.getPrototypeOf(result)).toBe(Polyfill.prototype)
    expect(Buffer.from(result!).toString('hex')).toBe(hex)
  })

  test.each([
    ['no species', undefined],
    ['a species that is not a class', {}],
    ['a species that makes Uint8Arrays', Uint8Array],
    // Not arrow functions, which cannot be called with `new`.
    [
      'a species that throws',
      function throws() {
        throw new Error('Illegal constructor')
      },
    ],
    [
      'a species that copies',
      function copies(memory: ArrayBuffer, offset: number, length: number) {
        return Buffer.from(memory.slice(0), offset, length)
      },
    ],
    [
      'a species that ignores the offset',
      function ignoresOffset(memory: ArrayBuffer, _: number, length: number) {
        return Buffer.from(memory, 0, length)
      },
    ],
    [
      'a species that uses other memory',
      function usesOtherMemory(_: ArrayBuffer, offset: number, length: number) {
        return Buffer.from(new ArrayBuffer(8), offset, length)
      },
    ],
    [
      'a species that ignores the length',
      function ignoresLength(memory: ArrayBuffer, offset: number) {
        return Buffer.from(memory, offset)
      },
    ],
  ])("with %s, Buffers inherit from the host's", async (_, value) => {
    const hostBuffer = new Proxy(Buffer, {
      get: (target, key) => (key === Symbol.species ? value : Reflect.get(target, key)),
    })
    const library = await loadedWith(hostBuffer)
    for (const [, make, hex] of RESULTS) {
      const result = make(library, (bytes) => Buffer.from(bytes, 'hex'))
      expect(Buffer.isBuffer(result)).toBe(true)
      expect(result?.constructor).toBe(Buffer)
      expect((result as Buffer).toString('hex')).toBe(hex)
    }
  })
})
