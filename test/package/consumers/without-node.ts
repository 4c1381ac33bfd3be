// Without Node's types bytes are Uint8Arrays, in an ArrayBuffer where TypeScript can say so.

import { decodeStream, type EncodedBytes, encode, type Packet } from 'mqtt-wire'
import { assert, type Same } from './same.js'

const bytes = encode({ type: 'pingreq' })
assert<Same<EncodedBytes, ReturnType<Uint8Array['slice']>>>()
const memory: ArrayBuffer = bytes.buffer
// @ts-expect-error not a Buffer
bytes.readUInt8(0)
void memory

// biome-ignore lint/suspicious/noExplicitAny: as Node's streams are typed
declare const source: AsyncIterable<any>
const packets = decodeStream(source)
assert<Same<typeof packets, AsyncIterableIterator<Packet>>>()
