// Writes the long strings of rows above 4 KiB as runs of repeated parts.

import type { Large, MalformedVector, Runs, StreamVector, ValidVector, Vectors } from './vectors.d.cts'

type SpelledOut = Omit<Vectors, 'large'>
type Row = ValidVector | MalformedVector | StreamVector

const LARGE = 2 ** 12
/** Shorter repetitions are not worth a run, and may be a coincidence. */
const LEAST_TIMES = 64
const LONGEST_PART = 8

const isLarge = ({ hex }: { readonly hex: string }): boolean => hex.length / 2 > LARGE

/** Moves the large rows of each list to a separate list. */
export function withLarge(vectors: SpelledOut): Vectors {
  const large = <Kind extends Row>(rows: readonly Kind[]): Large<Kind>[] =>
    rows.filter(isLarge).map((row) => withRuns(row) as Large<Kind>)
  return {
    ...vectors,
    valid: vectors.valid.filter((row) => !isLarge(row)),
    malformed: vectors.malformed.filter((row) => !isLarge(row)),
    streams: vectors.streams.filter((row) => !isLarge(row)),
    large: {
      valid: large(vectors.valid),
      malformed: large(vectors.malformed),
      streams: large(vectors.streams),
    },
  }
}

function withRuns(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return value.length < LEAST_TIMES ? value : runsOf(value, key)
  if (Array.isArray(value)) return value.map((inner) => withRuns(inner))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withRuns(inner, name)]))
}

const BINARY = ['hex', 'payload', 'password']

function runsOf(text: string, key: string): string | Runs {
  const unit = BINARY.includes(key) ? 2 : 1 // whole bytes
  const runs: [part: string, times: number][] = []
  let plain = ''
  for (let index = 0; index < text.length; ) {
    const run = runAt(text, index, unit)
    if (run === undefined) {
      plain += text.slice(index, index + unit)
      index += unit
      continue
    }
    if (plain !== '') runs.push([plain, 1])
    plain = ''
    runs.push(run)
    index += run[0].length * run[1]
  }
  if (runs.length === 0) return text
  return { runs: plain === '' ? runs : [...runs, [plain, 1]] }
}

function runAt(text: string, start: number, unit: number): [part: string, times: number] | undefined {
  for (let length = unit; length <= LONGEST_PART * unit; length += unit) {
    const part = text.slice(start, start + length)
    let times = 1
    while (text.startsWith(part, start + length * times)) times++
    if (times >= LEAST_TIMES) return [part, times]
  }
  return undefined
}
