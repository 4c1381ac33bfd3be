// The queue of chunks that were pushed but not yet read.

/** A pushed chunk, and the head of the queue that starts with it. */
export class Chunk<Bytes extends Uint8Array = Uint8Array> {
  readonly bytes: Bytes
  readonly length: number
  /** The stream offset of the chunk's first byte. */
  readonly streamOffset: number
  /** The index of the first unread byte. */
  start: number
  private next: Chunk<Bytes> | undefined
  /** The last chunk of the queue, if this is its head. */
  private last: Chunk<Bytes>

  constructor(bytes: Bytes, length: number, streamOffset: number) {
    this.bytes = bytes
    this.length = length
    this.streamOffset = streamOffset
    this.start = 0
    this.next = undefined
    this.last = this
  }

  /** The number of unread bytes. */
  get unread(): number {
    return this.length - this.start
  }

  /** Appends a chunk to the queue. */
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
