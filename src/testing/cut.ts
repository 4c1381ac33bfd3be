// Ways to cut a stream into chunks, and where cuts hurt: inside fixed headers and length prefixes.

import { copyOf } from './bytes.ts'
import { layoutOf } from './layout.ts'

/** One place to cut at. */
export interface Cut {
  /** At the bytes that tell lengths and types, or anywhere. */
  readonly at: 'length' | 'anywhere'
  /** Which of these places, counted round. */
  readonly place: number
  /** One cut there, an empty chunk there, or a chunk of one byte. */
  readonly chunk: 'cut' | 'empty' | 'byte'
}

/** How to cut a stream: at places, or behind every byte. */
export type Cutting = 'every byte' | readonly Cut[]

/** Cuts within fixed headers and length prefixes, and right behind them. */
function placesAtLengths(bytes: Uint8Array): number[] {
  return layoutOf(bytes).flatMap(({ start, body, fields }) => [
    ...between(start, body),
    ...fields.flatMap(({ start, content }) => between(start, content)),
  ])
}

function between(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + 1 + index)
}

/** The bytes in pieces, in memory of their own; put together they are `bytes` again. */
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
