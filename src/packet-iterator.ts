// Packets one after the other, until more bytes are needed.

import type { Packet } from './packets/packet.ts'

interface PacketSource<Bytes extends Uint8Array> {
  read(): Packet<Bytes> | undefined
}

/** Cheaper than a generator. It needs no `return`: what was not read stays in the source. */
export class PacketIterator<Bytes extends Uint8Array> implements IterableIterator<Packet<Bytes>> {
  private readonly source: PacketSource<Bytes>

  constructor(source: PacketSource<Bytes>) {
    this.source = source
  }

  next(): IteratorResult<Packet<Bytes>, undefined> {
    const packet = this.source.read()
    return packet === undefined ? { done: true, value: undefined } : { done: false, value: packet }
  }

  [Symbol.iterator](): this {
    return this
  }
}
