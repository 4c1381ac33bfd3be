import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createMqttPacket, type Packet, writeToStream } from '../../src/mqtt-packet/index.ts'

const PING: Packet = { cmd: 'pingreq' }
const publish = (payload: string | Buffer, topic = 'a'): Packet => {
  return { cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false }
}

/** The batches that arrive at the end of a stream. */
class Sink extends Writable {
  readonly batches: string[][] = []

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.batches.push([chunk.toString('hex')])
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.batches.push(chunks.map(({ chunk }) => chunk.toString('hex')))
    done()
  }
}

test('packets written in one tick are sent together after it', async () => {
  const sink = new Sink()
  expect(writeToStream(PING, sink)).toBe(true)
  expect(writeToStream(PING, sink)).toBe(true)
  expect(sink.batches).toEqual([])
  await new Promise(process.nextTick)
  expect(sink.batches).toEqual([['c000', 'c000']])
})

test("flush: 'immediate' collects the packets written to a stream in one turn of the event loop", async () => {
  const api = createMqttPacket({ flush: 'immediate' })
  const sinks = [new Sink(), new Sink()] as const
  const turns = [1, 2, 3].map(async () => {
    await nextTurn()
    for (const sink of sinks) api.writeToStream(PING, sink)
  })
  await Promise.all(turns)
  await nextTurn()
  for (const { batches } of sinks) expect(batches).toEqual([['c000', 'c000', 'c000']])
})

test('a stream without cork is written to at once, and the result of write is returned', () => {
  const written: string[] = []
  const stream = {
    write: (bytes: Uint8Array): boolean => {
      written.push(Buffer.from(bytes).toString('hex'))
      return false
    },
  }
  expect(writeToStream(publish('hi'), stream)).toBe(false)
  expect(writeToStream({ cmd: 'puback', messageId: 7 }, stream)).toBe(true) // like mqtt-packet: no listener waits for 'drain'
  expect(written).toEqual(['30050001616869', '40020007'])
})

test("false comes with 'drain'", async () => {
  const sink = new Sink({ highWaterMark: 4 })
  expect(writeToStream(publish('hi'), sink)).toBe(false)
  await new Promise((resolve) => sink.once('drain', resolve))
})

test('a large payload is not copied', () => {
  const pieces: Uint8Array[] = []
  const stream = { write: (bytes: Uint8Array): boolean => pieces.push(bytes) > 0 }
  const payload = Buffer.alloc(100_000, 1)
  writeToStream(publish(payload, '#'), stream)
  expect(pieces).toHaveLength(2)
  expect(pieces[1]).toBe(payload)
  expect(Buffer.from(pieces[0]!).toString('hex')).toBe('30a38d06000123')
})

describe('on an error', () => {
  // biome-ignore format: one row per packet
  test.each([
    ['a topic that is too long', publish('x', 'x'.repeat(70_000)), 'Invalid topic'],
    ['the same with a large payload', publish(Buffer.alloc(5_000), 'x'.repeat(70_000)), 'Invalid topic'],
    ['null for the packet', null as unknown as Packet, undefined],
    ['MQTT 5', { cmd: 'connect', clientId: 'c', protocolVersion: 5 } as Packet, undefined],
  ])('%s: the stream is destroyed, nothing is written, and the result is false', async (_, packet, message) => {
    const sink = new Sink()
    const error = new Promise<Error>((resolve) => sink.once('error', resolve))
    expect(writeToStream(packet, sink)).toBe(false)
    expect(sink.destroyed).toBe(true)
    expect(await error).not.toHaveProperty('code')
    if (message !== undefined) expect((await error).message).toBe(message)
    expect(sink.batches).toEqual([])
  })
})

test('cacheNumbers can be read and set', () => {
  expect(writeToStream.cacheNumbers).toBe(true)
  writeToStream.cacheNumbers = false
  expect(writeToStream.cacheNumbers).toBe(false)
  writeToStream.cacheNumbers = true
})
