// A packet that arrives in several chunks, put together in memory that nothing else shares.
//
// Up to a block of bytes it lies in one of a few spare blocks that never leave this file, or, while those are taken, in
// memory of its own: a parser that waits for the rest holds little more than has come, and memory outside V8's heap, at a
// microsecond each, is seldom taken. A small packet is copied out once it is whole. A larger one stays where it is.

import { copyInto, kindOf, ownMemory, type ViewKind } from './bytes.ts'
import { allocateOf } from './pool.ts'

/** The largest memory that V8 keeps inside its heap. */
const IN_HEAP = 64
const BLOCK = 512
const MOST_SPARE_BLOCKS = 16
const spareBlocks: Uint8Array[] = []

/** Above a block, memory is at most this many times the bytes received: room to grow in few steps, however large the claim. */
const GROWTH = 8

/**
 * How many bytes of memory a packet of `size` bytes gets once `received` have come. Above a block it is `size` divided by
 * {@link GROWTH} as often as leaves room for them: the last step, to the exact size, copies at most an eighth of the packet,
 * and no step takes memory that the peer has not earned.
 */
export function capacityFor(size: number, received: number): number {
  if (received <= IN_HEAP) return IN_HEAP
  if (received <= BLOCK) return BLOCK
  let capacity = size
  while (capacity > received * GROWTH) capacity = Math.ceil(capacity / GROWTH)
  return capacity
}

/** One packet so far: it starts where this chunk has been read to. */
export class Assembly<Bytes extends Uint8Array = Uint8Array> {
  /** Only the first `length` bytes are the packet's; those after them may be another's. */
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
    this.length = 0
    this.size = size
    this.streamOffset = streamOffset
    this.kind = kindOf(chunk)
    this.bytes = this.memoryFor(received)
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
    if (length > this.bytes.length) this.moveTo(this.memoryFor(length))
    copyInto(this.bytes, this.length, chunk, start, end)
    this.length = length
  }

  /** The packet, once it is whole. */
  whole(): Bytes {
    if (this.bytes.length <= BLOCK) this.moveTo(allocateOf(this.kind, this.length))
    return this.bytes as Bytes
  }

  private memoryFor(received: number): Uint8Array {
    if (received === this.size && received > BLOCK) return allocateOf(this.kind, received)
    const capacity = capacityFor(this.size ?? 0, received)
    return (capacity <= BLOCK ? spareBlocks.pop() : undefined) ?? ownMemory(this.kind, capacity)
  }

  private moveTo(memory: Uint8Array): void {
    const { bytes, length } = this
    // A view of memory inside V8's heap would move it out.
    if (bytes.length === IN_HEAP) for (let at = 0; at < length; at++) memory[at] = bytes[at]!
    else copyInto(memory, 0, bytes, 0, length)
    if (bytes.length === BLOCK && spareBlocks.length < MOST_SPARE_BLOCKS) spareBlocks.push(bytes)
    this.bytes = memory
  }
}
