import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { encode, type Packet, PacketParser, type ParserOptions } from '../src/index.ts'

// Recorded traffic, and how other decoders read it. It is not part of the repository.
const CAPTURES = new URL('../../shared/captures/', import.meta.url)

interface Blob {
  readonly length: number
  readonly sha1: string
}

interface Oracle {
  readonly type: Packet['type']
  readonly dup: boolean
  readonly qos: number
  readonly retain: boolean
  readonly offset: number
  readonly length: number
  readonly [field: string]: unknown
}

interface Connection {
  readonly name: string
  readonly direction: 'c2s' | 's2c'
  readonly chunks: readonly string[]
  readonly trailingBytes: string
  readonly packets: readonly Oracle[]
}

const blobOf = (bytes: Uint8Array): Blob => ({
  length: bytes.length,
  sha1: createHash('sha1').update(bytes).digest('hex'),
})

/** The packet in the form of the other decoders. */
function fieldsOf(packet: Packet): object {
  switch (packet.type) {
    case 'connect': {
      const {
        type,
        protocolName,
        protocolLevel,
        cleanSession,
        keepAlive,
        clientId,
        username,
        password,
        will,
      } = packet
      return {
        ...{ type, protocolName, protocolLevel, cleanSession, keepAlive, clientId },
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password: expect.objectContaining(blobOf(password)) }),
        ...(will !== undefined && {
          willTopic: will.topic,
          willQos: will.qos,
          willRetain: will.retain,
          willPayload: expect.objectContaining(blobOf(will.payload)),
        }),
      }
    }
    case 'publish': {
      const { payload, packetId, ...fields } = packet
      return { ...fields, packetId: packetId ?? null, payload: expect.objectContaining(blobOf(payload)) }
    }
    case 'subscribe': {
      const { subscriptions, ...fields } = packet
      return {
        ...fields,
        subscriptions: subscriptions.map(({ topicFilter, qos }) => ({ filter: topicFilter, qos })),
      }
    }
    case 'unsubscribe': {
      const { topicFilters, ...fields } = packet
      return { ...fields, filters: topicFilters }
    }
    default:
      return packet
  }
}

const files = existsSync(CAPTURES) ? readdirSync(CAPTURES).filter((file) => file.endsWith('.ndjson')) : []

const absent = !existsSync(new URL('..', CAPTURES))

describe.skipIf(absent)('recorded traffic, if ../shared/captures exists', () => {
  test('exists', () => {
    expect(files).not.toEqual([])
  })

  describe.each(files)('%s', (file) => {
    const lines = readFileSync(new URL(file, CAPTURES), 'utf8').trim().split('\n')
    const connections = lines.map((line): Connection => JSON.parse(line))

    test.each([
      ['in its recorded chunks', (chunks: readonly Buffer[]) => chunks],
      [
        'byte by byte',
        (chunks: readonly Buffer[]) => [...Buffer.concat(chunks)].map((byte) => Buffer.of(byte)),
      ],
    ])('%s: every field of every packet agrees, and encoding gives the same bytes', (_, cut) => {
      for (const { name, direction, chunks, trailingBytes, packets } of connections) {
        const recorded = chunks.map((chunk) => Buffer.from(chunk, 'hex'))
        const options: ParserOptions = {
          role: direction === 'c2s' ? 'server' : 'client',
          protocols: ['3.1.1', '3.1'],
        }
        const parser = new PacketParser<Buffer>(options)
        const decoded = cut(recorded).flatMap((chunk) => [...parser.push(chunk)])
        expect(decoded.length, name).toBe(packets.length)
        expect(parser.bufferedLength, name).toBe(trailingBytes.length / 2)
        for (const [index, packet] of decoded.entries()) {
          expect(packets[index], `${name} packet ${index}`).toMatchObject(fieldsOf(packet))
        }
        const whole = Buffer.concat(recorded)
        const again = Buffer.concat(decoded.map((packet) => encode(packet)))
        expect(again.equals(whole.subarray(0, whole.length - parser.bufferedLength)), name).toBe(true)
      }
    })
  })
})
