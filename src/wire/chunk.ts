// Bytes that were pushed and wait to be read.

import type { Settings } from '../options.ts'
import { lengthOf } from './bytes.ts'
import { Reader } from './reader.ts'

/** A pushed chunk, or a packet put together from several: a node of the parser's queue. */
export class Chunk<Bytes extends Uint8Array = Uint8Array> {
  readonly bytes: Bytes
  readonly length: number
  /** Bytes of the stream before the chunk. */
  readonly streamOffset: number
  /** Where the next packet, or what is left of one, starts. */
  start: number
  /** Made when a packet may lie whole in the chunk. */
  reader: Reader<Bytes> | undefined
  next: Chunk<Bytes> | undefined

  constructor(bytes: Bytes, streamOffset: number) {
    this.bytes = bytes
    this.length = lengthOf(bytes)
    this.streamOffset = streamOffset
    this.start = 0
    this.reader = undefined
    this.next = undefined
  }

  open(settings: Settings): Reader<Bytes> {
    const reader = new Reader(this.bytes, settings, this.streamOffset)
    this.reader = reader
    return reader
  }
}
