// Reads the conformance corpus of the package.

import { readFileSync } from 'node:fs'

const FILE = new URL('../../test/vectors/vectors.json', import.meta.url)

export interface Breach {
  readonly code: string
  readonly rule: string
  readonly packetType?: string
}

/** A valid packet, a malformed one, or a stream; binary fields of packets are hexadecimal. */
export interface Row extends Partial<Breach> {
  readonly name: string
  readonly hex: string
  readonly rule: string
  readonly requirement: 'must' | 'may'
  readonly permission?: { readonly reason: string; readonly rule: string }
  readonly alternative?: { readonly suback: number }
  readonly inferred?: true
  readonly options?: Readonly<Record<string, unknown>>
  readonly packet?: unknown
  readonly packets?: readonly unknown[]
  readonly error?: Breach & { readonly streamOffset: number }
  readonly incomplete?: number
}

type Lists = Readonly<Record<'valid' | 'malformed' | 'streams', readonly Row[]>>

/** All rows with bytes; the large ones are expanded. */
export function corpusRows(): Row[] {
  const { large, ...lists } = JSON.parse(readFileSync(FILE, 'utf8'), spelledOut) as Lists & { large: Lists }
  return [lists, large].flatMap(({ valid, malformed, streams }) => [...valid, ...malformed, ...streams])
}

/** A long string is written as runs of equal parts. */
function spelledOut(_: string, value: unknown): unknown {
  const { runs } = (value ?? {}) as { runs?: [part: string, times: number][] }
  return runs === undefined ? value : runs.map(([part, times]) => part.repeat(times)).join('')
}
