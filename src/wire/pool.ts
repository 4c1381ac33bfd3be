// Memory shared by short-lived pieces: a view of it costs about 15 ns, separate memory a microsecond.
//
// Anyone who has one piece can reach the whole pool through `.buffer`. They can read it, so it starts zeroed; and they can
// transfer it, which detaches all other pieces. Long-lived and incomplete data is therefore never stored in a pool.

import { BufferView, ownMemory, type ViewKind } from './bytes.ts'
import { type EncodedBytes, host, markAsUntransferable } from './host.ts'

/**
 * The size of a pool. One retained piece keeps all of it alive. With half this size, `encode` of W2 takes 5 % longer; with a
 * quarter, 7 %.
 */
const POOL_SIZE = 32_768
/** Larger pieces get memory of their own, so that at most an eighth of a pool is ever wasted. */
const LARGEST_PIECE = POOL_SIZE / 8

export const DEFAULT_KIND: ViewKind = host.Buffer === undefined ? 'uint8array' : 'buffer'

class Pool {
  private memory = new ArrayBuffer(0)
  private bytes = new Uint8Array(this.memory)
  private used = 0

  take(length: number): Uint8Array<ArrayBuffer> {
    const offset = this.used
    const end = offset + length
    // Detached memory has length 0. With `>=` even an empty piece does not fit in it.
    if (end >= this.bytes.length) return this.takeElsewhere(length)
    this.used = (end + 7) & ~7 // DataViews read faster from aligned words
    return new BufferView(this.memory, offset, length)
  }

  private takeElsewhere(length: number): Uint8Array<ArrayBuffer> {
    if (length > LARGEST_PIECE) return ownMemory(DEFAULT_KIND, length)
    this.memory = new ArrayBuffer(POOL_SIZE)
    this.bytes = new Uint8Array(this.memory)
    this.used = 0
    markAsUntransferable(this.memory)
    return this.take(length)
  }
}

const pool = /* @__PURE__ */ new Pool()

/** Allocates `length` bytes, as a Buffer if the host has Buffer. The caller must write every byte before exposing them. */
export function allocate(length: number): EncodedBytes {
  return pool.take(length) as EncodedBytes
}

/** The same as {@link allocate}, for this kind of view. */
export function allocateOf(kind: ViewKind, length: number): Uint8Array<ArrayBuffer> {
  if (kind === DEFAULT_KIND) return pool.take(length)
  const bytes = pool.take(length)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length)
}
