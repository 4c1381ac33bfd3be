import { afterEach, describe, expect, test, vi } from 'vitest'
import { kindOf } from '../../src/wire/bytes.ts'
import { allocate, allocateOf } from '../../src/wire/pool.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('memory', () => {
  test.each(['buffer', 'uint8array'] as const)('is of kind %s, and is not shared', (kind) => {
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

  test('is a Buffer by default', () => {
    expect([allocate(1), allocate(5_000)].map(kindOf)).toEqual(['buffer', 'buffer'])
  })

  test('is aligned to words', () => {
    for (const length of [1, 3, 8, 9, 0, 13]) expect(allocate(length).byteOffset % 8).toBe(0)
  })

  test('is shared if it is small, and consecutive pieces waste none', () => {
    const pieces = Array.from({ length: 3_000 }, () => allocate(30))
    const memories = new Set(pieces.map(({ buffer }) => buffer))
    expect(memories.size).toBeLessThanOrEqual(Math.ceil((3_000 * 32) / 32_768) + 1)
  })

  test.each([
    ['is used up to its last word', 28_672, 4_088, 32_768],
    ['is replaced if a piece of at most an eighth does not fit', 28_672, 4_096, 32_768],
    ['is kept if a larger piece does not fit', 28_672, 4_097, 4_097],
  ])('of 32 KiB %s', async (_, taken, length, size) => {
    vi.resetModules()
    const { allocate } = await import('../../src/wire/pool.ts')
    const first = allocate(8).buffer
    expect(allocate(taken - 8).buffer).toBe(first)
    const second = allocate(length).buffer
    expect(second.byteLength).toBe(size)
    expect(second === first).toBe(taken + length === size - 8)
    // The rest of the first is still used unless it was replaced.
    expect(allocate(8).buffer === first).toBe(length > 4_096)
  })

  test('is zero at first', async () => {
    // The host reuses freed memory without clearing it, unless zeros are requested.
    for (let index = 0; index < 1_000; index++) Buffer.allocUnsafeSlow(32_768).fill(0xaa)
    for (let index = 0; index < 20; index++) {
      vi.resetModules()
      const { allocate } = await import('../../src/wire/pool.ts')
      expect(new Uint8Array(allocate(1).buffer).every((byte) => byte === 0)).toBe(true)
    }
  })
})

type Library = typeof import('../../src/index.ts')

/** Loads the library on a host with this `process`. */
const loadedWith = async (process: unknown): Promise<Library> => {
  vi.resetModules()
  vi.stubGlobal('process', process)
  try {
    return await import('../../src/index.ts')
  } finally {
    vi.unstubAllGlobals()
  }
}

const withModule = (worker_threads: unknown) => ({ getBuiltinModule: () => worker_threads })

const HOSTS: [string, unknown][] = [
  ['that can mark memory', globalThis.process],
  ['without process', undefined],
  ["with a browser's stand-in for process", { env: {}, nextTick: () => {} }],
  ['without the module', withModule(undefined)],
  ['without the function', withModule({})],
  [
    'that throws for the module',
    {
      getBuiltinModule() {
        throw new Error('not supported')
      },
    },
  ],
  [
    'that throws for marking',
    withModule({
      markAsUntransferable() {
        throw new Error('not implemented')
      },
    }),
  ],
]

const TRANSFERS: [string, (packet: Uint8Array<ArrayBuffer>) => void][] = [
  ['structuredClone', (packet) => void structuredClone(packet, { transfer: [packet.buffer] })],
  [
    'postMessage',
    (packet) => {
      const { port1 } = new MessageChannel()
      port1.postMessage(packet, [packet.buffer])
      port1.close()
    },
  ],
  [
    'a byte stream',
    (packet) => {
      const start = (controller: ReadableByteStreamController) => controller.enqueue(packet)
      new ReadableStream({ type: 'bytes', start })
    },
  ],
]

describe.each(HOSTS)('on a host %s', (host, process) => {
  test.each(TRANSFERS)('transferring a packet with %s does not break other packets', async (_, transfer) => {
    const { decode, encode, PacketParser } = await loadedWith(process)
    const publish = Buffer.from('30070003612f626869', 'hex')
    const large = Buffer.from(encode({ type: 'publish', topic: 'a/b', payload: 'x'.repeat(3_000) }))
    const cuts: [Buffer, number][] = [
      [publish, 1],
      [publish, 3],
      [publish, 8],
      [large, 100],
      [large, 600],
    ]
    for (const length of [0, 100, 2_000]) {
      const halfWay = cuts.map(([bytes, cut]) => {
        const parser = new PacketParser<Buffer>().push(bytes.subarray(0, cut))
        expect(parser.read()).toBeUndefined()
        return parser
      })
      const kept = decode(publish, { copyPayloads: true })
      const packet = encode({ type: 'publish', topic: 'a/b', payload: 'x'.repeat(length) })
      let isRefused = false
      try {
        transfer(packet as Uint8Array<ArrayBuffer>)
      } catch {
        isRefused = true
      }
      if (host !== 'that can mark memory') expect([isRefused, packet.length]).toEqual([false, 0])
      for (let packetId = 1; packetId <= 3_000; packetId++) {
        const puback = encode({ type: 'puback', packetId })
        const { payload } = decode(publish, { copyPayloads: true }) as { payload: Buffer }
        const { packetId: read } = decode(puback) as { packetId: number }
        if (read !== packetId || payload.toString() !== 'hi') expect.fail(`round ${packetId}`)
      }
      expect(kept).toMatchObject({ topic: 'a/b', payload: Buffer.from('hi') })
      for (const [index, [bytes, cut]] of cuts.entries())
        expect(halfWay[index]!.push(bytes.subarray(cut)).read()).toEqual(decode(bytes))
    }
  })
})

test.each(TRANSFERS.slice(0, 2))(
  '%s does not detach a packet if the host marks memory',
  async (_, transfer) => {
    const { encode } = await loadedWith(globalThis.process)
    const packet = encode({ type: 'puback', packetId: 7 })
    try {
      transfer(packet as Uint8Array<ArrayBuffer>)
    } catch {
      // Like Node's own pool from Node 21 on. Earlier versions copy it.
    }
    expect(packet).toEqual(Buffer.from('40020007', 'hex'))
  },
)
