// Cuts streams into chunks, preferably where parsers have bugs: inside fixed headers and length prefixes.

import { copyOf } from './bytes.ts'
import { layoutOf } from './layout.ts'

/** One cut. */
export interface Cut {
  /** Whether to cut at fixed headers and length prefixes, or anywhere. */
  readonly at: 'length' | 'anywhere'
  /** The index of the place, modulo the number of places. */
  readonly place: number
  /** Whether to make one cut, an empty chunk, or a chunk of one byte. */
  readonly chunk: 'cut' | 'empty' | 'byte'
}

/** How to cut a stream: at certain places, or after every byte. */
export type Cutting = 'every byte' | readonly Cut[]

/** The places inside fixed headers and length prefixes, and directly after them. */
function placesAtLengths(bytes: Uint8Array): number[] {
  return layoutOf(bytes).flatMap(({ start, body, fields }) => [
    ...between(start, body),
    ...fields.flatMap(({ start, content }) => between(start, content)),
  ])
}

function between(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + 1 + index)
}

/** Cuts the bytes into chunks that do not share memory. Concatenated, they are `bytes` again. */
export function applyCutting(bytes: Uint8Array, cutting: Cutting): Uint8Array[] {
  if (cutting === 'every byte') return Array.from(bytes, (byte) => Uint8Array.of(byte))
  const atLengths = placesAtLengths(bytes)
  const positions = cutting.flatMap(({ at, place, chunk }) => {
    const position =
      at === 'length' && atLengths.length > 0
        ? atLengths[place % atLengths.length]!
        : place % (bytes.length + 1)
    if (chunk === 'cut') return [position]
    return [position, chunk === 'empty' ? position : Math.min(position + 1, bytes.length)]
  })
  const ends = [...positions.sort((a, b) => a - b), bytes.length]
  return ends.map((end, index) => copyOf(bytes, ends[index - 1] ?? 0, end))
}
