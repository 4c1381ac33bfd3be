// A stream of bytes, and where it is cut into chunks.

export interface Stream {
  readonly bytes: Uint8Array
  /** Where a chunk ends and the next one starts, in ascending order; the same place twice is an empty chunk. */
  readonly cuts: readonly number[]
}

/** The chunks as views of a copy, with other bytes around it: a parser that looks beyond a chunk sees those. */
export function chunksOf({ bytes, cuts }: Stream): Buffer[] {
  const memory = new ArrayBuffer(bytes.length + 2 * MARGIN)
  new Uint8Array(memory).fill(STRANGE)
  const copy = Buffer.from(memory, MARGIN, bytes.length)
  copy.set(bytes)
  const ends = [...cuts, bytes.length]
  return ends.map((end, index) => copy.subarray(ends[index - 1] ?? 0, end))
}

const MARGIN = 8
const STRANGE = 0xa5

/** The stream with its bytes from `start` to `end` replaced; its cuts stay where they were among the others. */
export function replaced({ bytes, cuts }: Stream, start: number, end: number, by: Uint8Array): Stream {
  const growth = by.length - (end - start)
  const moved = (cut: number): number => (cut >= end ? cut + growth : Math.min(cut, start))
  return {
    bytes: Uint8Array.from(Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)])),
    cuts: cuts.map(moved),
  }
}
