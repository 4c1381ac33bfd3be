// Code that must compile with every TypeScript version and library.

import {
  type Connect,
  decode,
  decodeFixedHeader,
  decodeRemainingLength,
  decodeStream,
  type EncodedBytes,
  encode,
  type encodedLength,
  type encodeFixedHeader,
  type encodeInto,
  type encodePublishHeader,
  type encodeRemainingLength,
  type Packet,
  PacketDecoderStream,
  type PacketEncoderStream,
  type PacketInput,
  PacketParser,
  type PacketTo,
  type ParserOptions,
  type Publish,
  presets,
  topicMatches,
} from 'mqtt-wire'
import { generatePackets, rawPacket } from 'mqtt-wire/testing'
import { assert, type Same } from './same.js'

const input: PacketInput = { type: 'publish', topic: 'a', payload: 'hi', qos: 1, packetId: 7 }
const bytes = encode(input)
assert<Same<typeof bytes, EncodedBytes>>()
assert<Same<ReturnType<typeof encodePublishHeader>, EncodedBytes>>()
assert<Same<ReturnType<typeof encodeFixedHeader>, EncodedBytes>>()
assert<Same<ReturnType<typeof encodeRemainingLength>, EncodedBytes>>()
assert<Same<PacketEncoderStream['readable'], ReadableStream<EncodedBytes>>>()
assert<Same<ReturnType<typeof encodeInto>, number>>()
assert<Same<ReturnType<typeof encodedLength>, number>>()

// Decoded bytes have the type of the input.
declare const chunk: Uint8Array
declare class Chunk extends Uint8Array {
  readonly own: true
}
declare const own: Chunk
assert<Same<typeof chunk, Uint8Array>>()
const packet = decode(chunk, presets.mosquitto2)
assert<Same<typeof packet, Packet>>()
const ownPacket = decode(own)
assert<Same<typeof ownPacket, Packet<Chunk>>>()
if (packet.type === 'publish') {
  assert<Same<typeof packet, Publish>>()
  assert<Same<typeof packet.payload, Uint8Array>>()
  if (packet.qos === 0) assert<Same<typeof packet.packetId, undefined>>()
  else assert<Same<typeof packet.packetId, number>>()
}
// @ts-expect-error a QoS 0 PUBLISH has no packet identifier
const withIdentifier: Publish = { ...(packet as Publish), qos: 0, packetId: 1 }
// @ts-expect-error a QoS 1 PUBLISH has a packet identifier
const withoutIdentifier: Publish = { ...(packet as Publish), qos: 1, packetId: undefined }
void [withIdentifier, withoutIdentifier]

// The input of encode is typed loosely.
declare const qos: 0 | 1 | 2
declare const packetId: number | undefined
encode({ type: 'publish', topic: 'a', payload: chunk, qos, packetId })
encode(packet)
encode({ ...packet })
// @ts-expect-error no such field
encode({ type: 'connect', clientId: 'c', keepalive: 60 })
// @ts-expect-error no payload
encode({ type: 'publish', topic: 'a' })

// A role narrows the type of packets.
type FromClient = 'connect' | 'publish' | 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'
type ToServer = FromClient | 'subscribe' | 'unsubscribe' | 'pingreq' | 'disconnect'
type Read<Parser extends { read(): unknown }> = NonNullable<ReturnType<Parser['read']>>
const server = new PacketParser({ role: 'server' })
assert<Same<Read<typeof server>, PacketTo<'server'>>>()
assert<Same<Read<typeof server>['type'], ToServer>>()
const named = new PacketParser<Chunk, 'server'>({ role: 'server' })
assert<Same<Read<typeof named>, PacketTo<'server', Chunk>>>()
const client = new PacketParser({ role: 'client', maxPacketSize: 1_024 })
assert<
  Same<
    Read<typeof client>['type'],
    Exclude<Packet['type'], 'connect' | 'subscribe' | 'unsubscribe' | 'pingreq' | 'disconnect'>
  >
>()
const parser = new PacketParser()
assert<Same<Read<typeof parser>, Packet>>()
const limited = new PacketParser({ maxPacketSize: 1_024 })
assert<Same<Read<typeof limited>, Packet>>()
declare const options: ParserOptions
const configured = new PacketParser(options)
assert<Same<Read<typeof configured>, Packet>>()
declare const role: 'client' | 'server' | undefined
const either = new PacketParser({ role })
assert<Same<Read<typeof either>, Packet>>()
// @ts-expect-error no such role
new PacketParser({ role: 'broker' })
// @ts-expect-error the type argument and the option have different roles
new PacketParser<Uint8Array, 'server'>({ role: 'client' })
// @ts-expect-error text is not bytes
parser.push('c000')

export function answer(received: PacketTo<'server'>): PacketInput | undefined {
  switch (received.type) {
    case 'connect':
      return { type: 'connack', returnCode: received.will === undefined ? 0 : 5 }
    case 'publish':
      return received.qos === 1 ? { type: 'puback', packetId: received.packetId } : undefined
    case 'subscribe':
      return {
        type: 'suback',
        packetId: received.packetId,
        returnCodes: received.subscriptions.map(({ qos }) => qos),
      }
    case 'unsubscribe':
      return { type: 'unsuback', packetId: received.packetId }
    case 'pubrel':
      return { type: 'pubcomp', packetId: received.packetId }
    case 'pingreq':
      return { type: 'pingresp' }
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
    case 'disconnect':
      return undefined
    // @ts-expect-error a server never receives one
    case 'connack':
      return undefined
    default:
      assert<Same<typeof received, never>>()
      return received
  }
}

// A user's subclass.
class Counting<Bytes extends Uint8Array> extends PacketParser<Bytes> {
  count = 0
  override read(): Packet<Bytes> | undefined {
    const read = super.read()
    if (read !== undefined) this.count++
    return read
  }
}
class ServerParser extends PacketParser<Chunk, 'server'> {
  constructor() {
    super({ role: 'server' })
  }
}
assert<Same<Read<Counting<Chunk>>, Packet<Chunk>>>()
assert<Same<Read<ServerParser>, PacketTo<'server', Chunk>>>()
for (const each of new ServerParser().push(own)) assert<Same<typeof each, PacketTo<'server', Chunk>>>()

const packets = decodeStream([own], { role: 'server', tolerate: ['reserved-flags'] })
assert<Same<typeof packets, AsyncIterableIterator<PacketTo<'server', Chunk>>>>()
// @ts-expect-error text is not bytes
decodeStream(['c000'])
const stream = new PacketDecoderStream<Chunk, 'client'>({ role: 'client' })
assert<Same<typeof stream.readable, ReadableStream<PacketTo<'client', Chunk>>>>()

assert<Same<Connect['username'], string | undefined>>()
const remainingLength: number | undefined = decodeRemainingLength(bytes, 1)?.value
const flags: number | undefined = decodeFixedHeader(bytes)?.flags
const isMatch: boolean = topicMatches('a/#', 'a/b')
const generated: Packet[] = [...generatePackets(1, 2)]
void [remainingLength, flags, isMatch, generated, rawPacket({ type: 'pingreq' })]
