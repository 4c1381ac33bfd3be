// A stream of bytes and its division into chunks.

export interface Stream {
  readonly bytes: Uint8Array
  /** The offsets at which chunks end, in ascending order; a repeated offset is an empty chunk. */
  readonly cuts: readonly number[]
}

/** The chunks, as views of a copy that is surrounded by other bytes, which a parser sees if it reads beyond a chunk. */
export function chunksOf({ bytes, cuts }: Stream): Buffer[] {
  const memory = new ArrayBuffer(bytes.length + 2 * MARGIN)
  new Uint8Array(memory).fill(FILLER)
  const copy = Buffer.from(memory, MARGIN, bytes.length)
  copy.set(bytes)
  const ends = [...cuts, bytes.length]
  return ends.map((end, index) => copy.subarray(ends[index - 1] ?? 0, end))
}

const MARGIN = 8
const FILLER = 0xa5

/** Replaces the bytes from `start` to `end`. The cuts keep their positions relative to the other bytes. */
export function replaced({ bytes, cuts }: Stream, start: number, end: number, by: Uint8Array): Stream {
  const growth = by.length - (end - start)
  const moved = (cut: number): number => (cut >= end ? cut + growth : Math.min(cut, start))
  return {
    bytes: Uint8Array.from(Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)])),
    cuts: cuts.map(moved),
  }
}
