// Without Node's types, bytes are Uint8Arrays, of an ArrayBuffer if the TypeScript version can express that.

import { decodeStream, type EncodedBytes, encode, type Packet } from 'mqtt-wire'
import { assert, type Same } from './same.js'

const bytes = encode({ type: 'pingreq' })
assert<Same<EncodedBytes, ReturnType<Uint8Array['slice']>>>()
const memory: ArrayBuffer = bytes.buffer
// @ts-expect-error not a Buffer
bytes.readUInt8(0)
void memory

// biome-ignore lint/suspicious/noExplicitAny: Node's streams have this type
declare const source: AsyncIterable<any>
const packets = decodeStream(source)
assert<Same<typeof packets, AsyncIterableIterator<Packet>>>()
