// Chunks that were pushed and wait to be read.

import { lengthOf } from './bytes.ts'

/** A pushed chunk, and the queue that starts with it. */
export class Chunk<Bytes extends Uint8Array = Uint8Array> {
  readonly bytes: Bytes
  readonly length: number
  /** Bytes of the stream before the chunk. */
  readonly streamOffset: number
  /** Where what has not been taken starts. */
  start: number
  private next: Chunk<Bytes> | undefined
  /** The end of the queue, if this is its start. */
  private last: Chunk<Bytes>

  constructor(bytes: Bytes, streamOffset: number) {
    this.bytes = bytes
    this.length = lengthOf(bytes)
    this.streamOffset = streamOffset
    this.start = 0
    this.next = undefined
    this.last = this
  }

  /** Bytes that have not been taken. */
  get unread(): number {
    return this.length - this.start
  }

  /** Puts a chunk at the end of the queue. */
  append(chunk: Chunk<Bytes>): void {
    this.last.next = chunk
    this.last = chunk
  }

  /** The queue without this chunk. */
  rest(): Chunk<Bytes> | undefined {
    const { next } = this
    if (next !== undefined) next.last = this.last
    return next
  }

  *[Symbol.iterator](): Generator<Chunk<Bytes>, void, undefined> {
    for (let chunk: Chunk<Bytes> | undefined = this; chunk !== undefined; chunk = chunk.next) yield chunk
  }
}
