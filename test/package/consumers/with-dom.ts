// WebSockets and streams with the types of the DOM.

import {
  decodeStream,
  encode,
  type Packet,
  PacketDecoderStream,
  PacketEncoderStream,
  PacketParser,
} from 'mqtt-wire'
import { assert, type Same } from './same.js'

declare const socket: WebSocket
const parser = new PacketParser({ role: 'client' })
socket.onmessage = (event: MessageEvent<ArrayBuffer>) => {
  for (const packet of parser.push(new Uint8Array(event.data))) console.log(packet.type)
}
socket.send(encode({ type: 'pingreq' }))
void new Blob([encode({ type: 'pingreq' })])
void fetch('/', { method: 'POST', body: encode({ type: 'pingreq' }) })

declare const response: Response
const packets = decodeStream(response.body!)
for await (const packet of packets) console.log(packet.type)

declare const source: ReadableStream<Uint8Array>
const readable = source.pipeThrough(new PacketDecoderStream())
assert<Same<typeof readable, ReadableStream<Packet>>>()
declare const sink: WritableStream<Uint8Array>
void readable.pipeThrough(new PacketEncoderStream()).pipeTo(sink)
