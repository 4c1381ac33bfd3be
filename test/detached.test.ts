// Chunks whose memory is detached, resized or shared after they were pushed.

import { describe, expect, test } from 'vitest'
import { decode, PacketParser, PieceParser, type Publish, topicCache } from '../src/index.ts'
import { bytes, join } from './support/bytes.ts'
import { caught } from './support/malformed.ts'

const PUBACK = bytes('40 02 0001')
const PUBLISH = bytes("30 05 0001 'a' 'hi'")

const detach = (chunk: Uint8Array): void =>
  void structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] })
const MESSAGE = /^a chunk was detached or shrunk before its packets were read/

type Resizable = ArrayBuffer & { resize(length: number): void }
const resizable = (content: Uint8Array, lengthTracking: boolean): Uint8Array => {
  const Memory = ArrayBuffer as unknown as new (length: number, options: object) => Resizable
  const memory = new Memory(content.length, { maxByteLength: content.length })
  const chunk = lengthTracking ? new Uint8Array(memory) : new Uint8Array(memory, 0, content.length)
  chunk.set(content)
  return chunk
}

const WAYS: readonly [string, (content: Uint8Array) => Uint8Array, (chunk: Uint8Array) => void][] = [
  ['detached', (content) => Uint8Array.from(content), detach],
  ['detached, a Buffer', (content) => Buffer.from(Uint8Array.from(content).buffer), detach],
  ['shrunk', (content) => resizable(content, false), (chunk) => (chunk.buffer as Resizable).resize(1)],
  [
    'shrunk, of variable length',
    (content) => resizable(content, true),
    (chunk) => (chunk.buffer as Resizable).resize(1),
  ],
]

describe.each(WAYS)('a chunk that is %s', (_, make, invalidate) => {
  /** Expects the same clear TypeError from every call until `reset`. */
  function isBroken(
    parser: PacketParser,
    call: (parser: PacketParser) => unknown = (each) => each.read(),
  ): void {
    const error = caught(() => call(parser))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(MESSAGE)
    expect(caught(() => parser.read())).toBe(error)
    expect(caught(() => parser.readFrame())).toBe(error)
    expect(caught(() => parser.push(PUBACK))).toBe(error)
    expect(caught(() => parser.end())).toBe(error)
    parser.reset()
    expect(parser.push(PUBACK).read()).toEqual({ type: 'puback', packetId: 1 })
  }

  test('before the first packet is read', () => {
    const chunk = make(join(PUBACK, PUBLISH))
    const parser = new PacketParser().push(chunk)
    invalidate(chunk)
    isBroken(parser)
  })

  test('between two packets', () => {
    for (const second of [PUBACK, PUBLISH]) {
      const chunk = make(join(PUBACK, second, PUBACK))
      const parser = new PacketParser().push(chunk)
      expect(parser.read()).toBeDefined()
      invalidate(chunk)
      isBroken(parser)
    }
  })

  test('before end, which does not blame the peer', () => {
    for (const readFirst of [false, true]) {
      for (const rest of [PUBACK, PUBLISH.subarray(0, 3)]) {
        const chunk = make(join(PUBACK, rest))
        const parser = new PacketParser().push(chunk)
        if (readFirst) parser.read()
        invalidate(chunk)
        isBroken(parser, (each) => each.end())
      }
    }
  })

  test('before end, in a payload that is read in pieces', () => {
    const chunk = make(PUBLISH.subarray(0, 6))
    const parser = new PieceParser({ piecesFrom: 2 }).push(chunk)
    expect(parser.read()).toMatchObject({ type: 'publish-start' })
    invalidate(chunk)
    const error = caught(() => parser.end())
    expect((error as Error).message).toMatch(MESSAGE)
    expect([caught(() => parser.read()), caught(() => parser.end())]).toEqual([error, error])
  })

  test('while it is queued after another chunk', () => {
    for (const first of [PUBACK, join(PUBACK, PUBLISH.subarray(0, 3))]) {
      const chunk = make(first === PUBACK ? PUBACK : PUBLISH.subarray(3))
      const parser = new PacketParser().push(first).push(chunk)
      expect(parser.read()).toBeDefined()
      invalidate(chunk)
      isBroken(parser)
    }
  })

  test('by onTolerated, in the middle of a packet', () => {
    const chunk = make(join(bytes("32 05 0001 'a' 0000"), PUBACK))
    const parser: PacketParser = new PacketParser({
      tolerate: ['packet-identifier-zero'],
      onTolerated: () => invalidate(chunk),
    }).push(chunk)
    isBroken(parser)
  })

  test('after its bytes were copied, which does no harm', () => {
    const chunk = make(PUBLISH.subarray(0, 4))
    const parser = new PacketParser().push(chunk)
    expect(parser.read()).toBeUndefined()
    invalidate(chunk)
    const packet = parser.push(PUBLISH.subarray(4)).read() as Publish
    expect([packet.topic, Uint8Array.from(packet.payload)]).toEqual(['a', bytes("'hi'")])
  })
})

describe('a chunk that grows', () => {
  type Memory = ArrayBuffer & { resize(length: number): void; grow(length: number): void }
  const MEMORIES: readonly (readonly [string, unknown, 'resize' | 'grow'])[] = [
    ['resizable', ArrayBuffer, 'resize'],
    ['growable and shared', SharedArrayBuffer, 'grow'],
  ]

  /** Reads all packets, with the chunk in every place in which a parser can hold it. */
  test.each(MEMORIES)('keeps the length that it had when it was pushed: %s memory', (_, Kind, grow) => {
    const packets = join(PUBACK, PUBLISH, PUBACK)
    for (const before of [[], [PUBACK], [PUBLISH.subarray(0, 4), PUBLISH.subarray(4)]]) {
      for (const length of [packets.length, packets.length - 2]) {
        for (const readFirst of [false, true]) {
          const Growable = Kind as new (length: number, options: object) => Memory
          const memory = new Growable(length, { maxByteLength: length + 100 })
          const chunk = new Uint8Array(memory)
          chunk.set(packets.subarray(0, length))
          const parser = new PacketParser()
          for (const each of before) parser.push(each)
          parser.push(chunk)
          const found = readFirst ? [parser.read()] : []
          memory[grow](length + 100)
          expect(chunk.length).toBe(length + 100)
          if (length < packets.length)
            expect(caught(() => parser.end())).toMatchObject({ code: 'incomplete-packet' })
          else parser.end()
          found.push(...parser.push(packets.subarray(length)))
          const expected = [...new PacketParser().push(join(...before, packets))]
          expect(found).toEqual(expected)
          expect(parser.bufferedLength).toBe(0)
          parser.end()
        }
      }
    }
  })
})

describe('shared memory', () => {
  const shared = (content: Uint8Array): Uint8Array<SharedArrayBuffer> => {
    const view = new Uint8Array(new SharedArrayBuffer(content.length))
    view.set(content)
    return view
  }

  test('the returned bytes are the checked ones, whatever is written in the meantime', () => {
    const chunk = shared(bytes("10 19 0004 'MQTT' 04 41 003c 0004 'name' 0007 'sekrets'"))
    const parser = new PacketParser({
      tolerate: ['connect-reserved-flag', 'password-without-username', 'surplus-bytes'],
      onTolerated: () => chunk.fill(0xff, 14), // ill-formed text
    })
    expect(parser.push(chunk).read()).toMatchObject({ clientId: 'name' })
  })

  test('a topic that is read repeatedly is not cached', () => {
    topicCache.clear()
    const name = 'sensors/1/temperature'
    const chunk = shared(bytes(`30 17 0015 '${name}'`))
    for (let turn = 0; turn < 10; turn++) expect(decode(chunk)).toMatchObject({ topic: name })
    chunk.set(bytes("'SENSORS'"), 4)
    expect(decode(chunk)).toMatchObject({ topic: 'SENSORS/1/temperature' })
  })

  test('a payload is a view of it', () => {
    const chunk = shared(PUBLISH)
    expect((decode(chunk) as Publish).payload.buffer).toBe(chunk.buffer)
  })
})
