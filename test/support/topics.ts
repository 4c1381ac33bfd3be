/** A name at `start` in some memory, as it is passed to the caches. */
export interface Place {
  readonly view: DataView
  readonly start: number
  readonly end: number
}

export function place(name: string, start = 3): Place {
  const text = Buffer.from(name)
  const memory = new Uint8Array(start + text.length + 2).fill(0x61)
  memory.set(text, start)
  return { view: new DataView(memory.buffer), start, end: start + text.length }
}

/** Pseudo-random numbers below `count`, the same in every run. */
export function pseudoRandom(seed: number): (count: number) => number {
  let state = seed
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * count)
  }
}

/**
 * The percentage of names found among those that appeared at least three times before. `length` names are drawn from `topics`.
 * `meet` looks up a name, lets the cache learn it, and returns whether it was found.
 */
export function foundAfterThree(
  topics: readonly string[],
  length: number,
  meet: (name: string) => boolean,
): number {
  const random = pseudoRandom(1)
  const times = new Map<string, number>()
  let due = 0
  let found = 0
  for (let index = 0; index < length; index++) {
    const name = topics[random(topics.length)]!
    const before = times.get(name) ?? 0
    times.set(name, before + 1)
    const isFound = meet(name)
    if (before < 3) continue
    due++
    if (isFound) found++
  }
  return (100 * found) / due
}

/** Sets of topics as in the benchmark: W1 and W6, the PUBLISH packets of W2, W8. */
export const POPULATIONS = [
  { title: '1,000 short topics', length: 100_000, topics: numbered(1_000, 'site/', '/temp') },
  { title: '1,000 topics beyond ASCII', length: 100_000, topics: numbered(1_000, 'größe/', '/温度') },
  { title: '1,000 topics of a broker mix', length: 42_000, topics: numbered(1_000, 'a/', '/b') },
  {
    title: '2,000 long topics',
    length: 100_000,
    topics: numbered(2_000, 'spBv1.0/plant-north-line-07/DDATA/edge-gateway-', '/centrifugal-pump-001'),
  },
]

function numbered(count: number, before: string, after: string): string[] {
  return Array.from({ length: count }, (_, index) => `${before}${String(index).padStart(5, '0')}${after}`)
}
