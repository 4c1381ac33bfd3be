// With Node's types, bytes are Buffers.

import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import {
  decode,
  decodeStream,
  type EncodedBytes,
  encode,
  type Packet,
  PacketParser,
  type PacketTo,
} from 'mqtt-wire'
import { assert, type Same } from './same.js'

const bytes = encode({ type: 'publish', topic: 'a', payload: Buffer.from('hi') })
assert<Same<EncodedBytes, ReturnType<typeof Buffer.allocUnsafe>>>()
const hex: string = bytes.toString('hex')
const kept: Buffer = bytes
const memory: ArrayBuffer | SharedArrayBuffer = bytes.buffer
void [hex, kept, memory]

// The first example of README's section on packets.
const packet = decode(bytes)
if (packet.type === 'publish') packet.payload.toString('utf8')

const socket = new Socket()
const parser = new PacketParser<Buffer>()
const serverParser = new PacketParser<Buffer, 'server'>({ role: 'server' })
socket.on('data', (chunk) => {
  for (const each of parser.push(chunk)) assert<Same<typeof each, Packet<Buffer>>>()
  for (const each of serverParser.push(chunk)) assert<Same<typeof each, PacketTo<'server', Buffer>>>()
})
socket.write(bytes)
socket.end(bytes)

// Node declares its streams as iterables of any.
const fromSocket = decodeStream(socket)
assert<Same<typeof fromSocket, AsyncIterableIterator<Packet<Buffer>>>>()
const fromClient = decodeStream(new PassThrough(), { role: 'server', signal: new AbortController().signal })
assert<Same<typeof fromClient, AsyncIterableIterator<PacketTo<'server', Buffer>>>>()
