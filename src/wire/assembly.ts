// Assembles a packet that arrives in several chunks, in memory that nothing else shares.
//
// Up to 512 bytes are stored in one of a few spare blocks that never leave this file, or in memory of their own while all
// blocks are in use. A parser that waits for the rest of a packet thus holds little more than it has received, and memory
// outside V8's heap, which costs a microsecond to allocate, is rarely needed. A complete packet in a block is copied out. A
// larger one stays where it is.

import { copyInto, kindOf, ownMemory, type ViewKind } from './bytes.ts'
import { allocateOf } from './pool.ts'

/** The largest ArrayBuffer that V8 keeps inside its heap, in bytes. */
const IN_HEAP = 64
const BLOCK = 512
const MAX_SPARE_BLOCKS = 16
const spareBlocks: Uint8Array[] = []

/** Above a block, capacity is at most this many times the bytes received, whatever length the packet claims. */
const GROWTH = 8

/**
 * The capacity for a packet of `size` bytes of which `received` bytes have arrived. Above a block it is `size`, divided by
 * {@link GROWTH} until it is within {@link GROWTH} times the bytes received. The last step, to the exact size, copies at most
 * an eighth of the packet.
 */
export function capacityFor(size: number, received: number): number {
  if (received <= IN_HEAP) return IN_HEAP
  if (received <= BLOCK) return BLOCK
  let capacity = size
  while (capacity > received * GROWTH) capacity = Math.ceil(capacity / GROWTH)
  return capacity
}

/** A packet that is being assembled. */
export class Assembly<Bytes extends Uint8Array = Uint8Array> {
  /** The packet is the first `length` bytes; the bytes after them may be left over from another packet. */
  bytes: Uint8Array
  length: number
  /** The size of the whole packet in bytes; undefined until its fixed header is complete. */
  size: number | undefined
  /** The stream offset of the packet's first byte. */
  readonly streamOffset: number
  private readonly kind: ViewKind

  /**
   * @param chunk the chunk in which the packet starts
   * @param streamOffset the stream offset of the packet's first byte
   * @param size the size of the packet in bytes, if its fixed header is complete
   * @param received how many bytes will be appended immediately
   */
  constructor(chunk: Bytes, streamOffset: number, size?: number, received = 0) {
    this.length = 0
    this.size = size
    this.streamOffset = streamOffset
    this.kind = kindOf(chunk)
    this.bytes = this.memoryFor(received)
  }

  /** The bytes received so far. */
  get received(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Whether the size is known and the packet needs at least `length` more bytes. */
  needs(length: number): boolean {
    return this.length + length <= (this.size ?? 0)
  }

  get isWhole(): boolean {
    return this.length === this.size
  }

  /** Appends the bytes of `chunk` from `start` to `end`. */
  append(chunk: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.bytes.length) this.moveTo(this.memoryFor(length))
    copyInto(this.bytes, this.length, chunk, start, end)
    this.length = length
  }

  /** Returns the complete packet. */
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
    // Creating a view of memory inside V8's heap would move the memory out of it.
    if (bytes.length === IN_HEAP) for (let at = 0; at < length; at++) memory[at] = bytes[at]!
    else copyInto(memory, 0, bytes, 0, length)
    if (bytes.length === BLOCK && spareBlocks.length < MAX_SPARE_BLOCKS) spareBlocks.push(bytes)
    this.bytes = memory
  }
}
