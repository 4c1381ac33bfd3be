// Most of this file tests types, and runs as `npm run typecheck`. A wrong line does not compile, and neither does a
// `@ts-expect-error` without an error.

import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, expectTypeOf, test } from 'vitest'
import {
  type Connect,
  type DecodeErrorCode,
  decode,
  decodeStream,
  encode,
  type Packet,
  PacketDecoderStream,
  type PacketInput,
  PacketParser,
  type PacketType,
  PieceParser,
  type Publish,
  type PublishPiece,
  type PublishStart,
  type QoS,
  type Role,
  type StreamedPacketTo,
  type TolerableCode,
} from '../src/index.ts'

const PINGREQ = Uint8Array.of(0xc0, 0)

test('packet.type narrows', () => {
  const describe = (packet: Packet): string => {
    switch (packet.type) {
      case 'publish':
        expectTypeOf(packet).toEqualTypeOf<Publish>()
        return packet.topic
      case 'connect':
        expectTypeOf(packet.will?.qos).toEqualTypeOf<QoS | undefined>()
        return packet.clientId
      case 'suback':
        return packet.returnCodes.join()
      case 'subscribe':
        return packet.subscriptions.map(({ topicFilter }) => topicFilter).join()
      case 'unsubscribe':
        return packet.topicFilters.join()
      case 'connack':
        return String(packet.returnCode)
      case 'pingreq':
      case 'pingresp':
      case 'disconnect':
        // @ts-expect-error these have no packet identifier
        return String(packet.packetId)
      default:
        expectTypeOf(packet.packetId).toEqualTypeOf<number>()
        return packet.type
    }
  }
  expect(describe({ type: 'puback', packetId: 1 })).toBe('puback')
})

test('decoded bytes have the type of the input', () => {
  const buffer = Buffer.from(PINGREQ)
  expectTypeOf(decode(buffer)).toEqualTypeOf<Packet<typeof buffer>>()
  expectTypeOf(decode(PINGREQ)).toEqualTypeOf<Packet<Uint8Array<ArrayBuffer>>>()
  expectTypeOf(new PacketParser<Buffer>().push(Buffer.from(PINGREQ)).read()).toEqualTypeOf<
    Packet<Buffer> | undefined
  >()
  expectTypeOf(new PacketParser().read()).toEqualTypeOf<Packet | undefined>()
  expectTypeOf<Connect<Buffer>['password']>().toEqualTypeOf<Buffer | undefined>()
  for (const packet of new PacketParser<Buffer>()) expectTypeOf(packet).toEqualTypeOf<Packet<Buffer>>()
  expectTypeOf(decodeStream([buffer])).toEqualTypeOf<AsyncIterableIterator<Packet<typeof buffer>>>()
  expectTypeOf(new PacketDecoderStream<Buffer>().readable).toEqualTypeOf<ReadableStream<Packet<Buffer>>>()
})

test('decodeStream knows the bytes of its source', () => {
  type Packets<Bytes extends Uint8Array> = AsyncIterableIterator<Packet<Bytes>>
  // Node declares these as iterables of any.
  expectTypeOf(decodeStream(new PassThrough())).toEqualTypeOf<Packets<Buffer>>()
  expectTypeOf(decodeStream(new Socket(), { maxPacketSize: 1_024 })).toEqualTypeOf<Packets<Buffer>>()
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield PINGREQ
  }
  expectTypeOf(decodeStream(chunks())).toEqualTypeOf<Packets<Uint8Array>>()
  expectTypeOf(decodeStream(new ReadableStream<Uint8Array>())).toEqualTypeOf<Packets<Uint8Array>>()
  expectTypeOf(decodeStream(new ReadableStream<Buffer>())).toEqualTypeOf<Packets<Buffer>>()
  expectTypeOf(decodeStream(new Blob([PINGREQ]).stream())).toEqualTypeOf<Packets<Uint8Array>>()
  expectTypeOf(decodeStream(new Response().body!)).toEqualTypeOf<Packets<Uint8Array>>()
  expectTypeOf(decodeStream<Buffer>(new Socket())).toEqualTypeOf<Packets<Buffer>>()
  const { signal } = new AbortController()
  decodeStream([PINGREQ], { signal })
  // @ts-expect-error text is not bytes
  decodeStream(['text'])
  // @ts-expect-error not iterable
  decodeStream(5)
  // @ts-expect-error not iterable
  decodeStream({})
  // @ts-expect-error not a signal
  decodeStream([PINGREQ], { signal: new AbortController() })
})

test('a role narrows the packets of a stream', () => {
  type ToServer = ReturnType<PacketParser<Buffer, 'server'>['read']>
  expectTypeOf(decodeStream(new Socket(), { role: 'server' })).toEqualTypeOf<
    AsyncIterableIterator<NonNullable<ToServer>>
  >()
  expectTypeOf(new PacketDecoderStream<Buffer, 'server'>({ role: 'server' }).readable).toEqualTypeOf<
    ReadableStream<NonNullable<ToServer>>
  >()
})

test('only PieceParser returns pieces', () => {
  expectTypeOf<NonNullable<ReturnType<PacketParser['read']>>>().toEqualTypeOf<Packet>()
  expectTypeOf<ReturnType<PieceParser<Buffer>['read']>>().toEqualTypeOf<
    Packet<Buffer> | PublishStart | PublishPiece<Buffer> | undefined
  >()
  type ToServer = ReturnType<PacketParser<Buffer, 'server'>['read']>
  expectTypeOf<ReturnType<PieceParser<Buffer, 'server'>['read']>>().toEqualTypeOf<
    ToServer | PublishStart | PublishPiece<Buffer>
  >()
  for (const item of new PieceParser<Buffer>()) {
    if (item.type === 'publish-piece') expectTypeOf(item.bytes).toEqualTypeOf<Buffer>()
    else if (item.type === 'publish-start' && item.qos !== 0)
      expectTypeOf(item.packetId).toEqualTypeOf<number>()
  }
  // @ts-expect-error pieces are for PieceParser
  new PieceParser().readFrame
  // @ts-expect-error and so is the option
  expect(() => new PacketParser({ piecesFrom: 1 })).toThrow(TypeError)
})

test('a payload that is streamed has a payloadLength', async () => {
  const narrows = (packet: StreamedPacketTo<'server', Buffer>): void => {
    if (packet.type !== 'publish')
      expectTypeOf(packet.type).toEqualTypeOf<Exclude<typeof packet.type, 'publish'>>()
    else if (packet.payloadLength === undefined) expectTypeOf(packet.payload).toEqualTypeOf<Buffer>()
    else expectTypeOf(packet.payload).toEqualTypeOf<AsyncIterable<Buffer>>()
  }
  const packets = decodeStream(new Socket(), { role: 'server', piecesFrom: 1_024 })
  expectTypeOf(packets).toEqualTypeOf<AsyncIterableIterator<StreamedPacketTo<'server', Buffer>>>()
  expectTypeOf(decodeStream(new ReadableStream<Buffer>(), { piecesFrom: 1 })).toEqualTypeOf<
    AsyncIterableIterator<StreamedPacketTo<Role, Buffer>>
  >()
  for await (const packet of decodeStream([Buffer.from(PINGREQ)], { role: 'server', piecesFrom: 1 }))
    narrows(packet as StreamedPacketTo<'server', Buffer>)
})

test('decoded packets can be encoded', () => {
  expectTypeOf<Packet>().toExtend<PacketInput>()
  expectTypeOf<Packet<Buffer>>().toExtend<PacketInput>()
  expectTypeOf<TolerableCode>().toExtend<DecodeErrorCode>()
  expectTypeOf<PacketType>().toEqualTypeOf<1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14>()
})

test('wrong input does not compile', () => {
  const wrong = [
    // @ts-expect-error no such type
    () => encode({ type: 'auth' }),
    // @ts-expect-error no topic
    () => encode({ type: 'publish', payload: '' }),
    // @ts-expect-error no payload
    () => encode({ type: 'publish', topic: 'a' }),
    // @ts-expect-error QoS is 0, 1 or 2
    () => encode({ type: 'publish', topic: 'a', payload: '', qos: 3, packetId: 1 }),
    // @ts-expect-error a packet identifier is a number
    () => encode({ type: 'puback', packetId: '1' }),
    // @ts-expect-error a list of subscriptions, not of topic filters
    () => encode({ type: 'subscribe', packetId: 1, subscriptions: ['a'] }),
    // @ts-expect-error a field that no packet has
    () => encode({ type: 'pingreq', topic: 'a' }),
    // @ts-expect-error framing is never tolerable
    () => decode(PINGREQ, { tolerate: ['remaining-length-too-long'] }),
    // @ts-expect-error no such protocol
    () => decode(PINGREQ, { protocols: ['5'] }),
    // @ts-expect-error no such role
    () => new PacketParser({ role: 'broker' }),
    // @ts-expect-error text is not bytes
    () => new PacketParser().push('c000'),
  ]
  expect(wrong).toHaveLength(11)
})
