// A packet whose bytes come in pieces, put together in memory of its own.

import { allocateOf, copyInto, kindOf, type ViewKind, viewOf } from './bytes.ts'

/** The least memory that is taken, and the most that a peer gets for its first byte. */
const SMALLEST = 64

/** Memory taken is at most this many times the bytes received: room to grow in few steps, however large the claim. */
const GROWTH = 32

/**
 * Memory for a packet of `size` bytes of which `received` have come: `size` divided by {@link GROWTH} as often as
 * leaves room for them. So the last step, to the exact size, comes when at most a 32nd has to be copied, and no step
 * takes memory that the peer has not earned.
 */
export function capacityFor(size: number, received: number): number {
  const most = Math.max(received * GROWTH, SMALLEST)
  let capacity = size
  while (capacity > most) capacity = Math.ceil(capacity / GROWTH)
  return Math.min(size, Math.max(capacity, SMALLEST))
}

/** One packet so far: it starts where this chunk has been read to. */
export class Assembly<Bytes extends Uint8Array = Uint8Array> {
  /** Only the first `length` bytes are the packet's; what lies behind them was never written. */
  bytes: Uint8Array
  length: number
  /** Bytes of the whole packet; undefined until its fixed header is complete. */
  size: number | undefined
  /** Bytes of the stream before the packet. */
  readonly streamOffset: number
  private readonly kind: ViewKind

  /**
   * @param chunk in which the packet starts
   * @param streamOffset bytes of the stream before the packet
   * @param size of the packet in bytes, if its fixed header is complete
   * @param received how many bytes of it will be appended at once
   */
  constructor(chunk: Bytes, streamOffset: number, size?: number, received = 0) {
    this.kind = kindOf(chunk)
    this.bytes = allocateOf(this.kind, capacityFor(size ?? SMALLEST, received))
    this.length = 0
    this.size = size
    this.streamOffset = streamOffset
  }

  /** What has come of the packet. */
  get received(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Whether so many bytes and more are certain to be the packet's: its fixed header is complete. */
  lacks(length: number): boolean {
    return this.length + length <= (this.size ?? 0)
  }

  get isWhole(): boolean {
    return this.length === this.size
  }

  /** Takes the next bytes of the packet: those of `chunk` from `start` to `end`. */
  append(chunk: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.bytes.length) this.grow(length)
    copyInto(this.bytes, this.length, chunk, start, end)
    this.length = length
  }

  /** The packet, once it is whole. */
  whole(): Bytes {
    const exact =
      this.length === this.bytes.length ? this.bytes : viewOf(this.bytes, this.kind, 0, this.length)
    return exact as Bytes
  }

  private grow(length: number): void {
    const larger = allocateOf(this.kind, capacityFor(this.size ?? length, length))
    copyInto(larger, 0, this.bytes, 0, this.length)
    this.bytes = larger
  }
}
