// Runs contestants in turns. On a shared machine a single time means little, but the ratio of two times taken within
// a few milliseconds is meaningful, and the median of many such ratios is stable.

import { setImmediate } from 'node:timers/promises'
import { textOf } from '../../target/observation.ts'
import { Random } from '../traffic/random.ts'
import type { Run } from './loops.ts'

export interface Entrant {
  readonly name: string
  /** The number of packets (or bytes) in one pass. */
  readonly units: number
  /** The sum that `run` must return for one pass. */
  readonly expected: number
  readonly run: Run
}

export interface Pace {
  readonly rounds: number
  readonly sampleMs: number
  readonly warmUpMs: number
}

/** An entrant with its measurements. */
export interface Racer extends Entrant {
  /** Nanoseconds per unit, by round. */
  readonly times: Map<number, number>
  passes: number
  /** It takes part in every `stride`th round. */
  stride: number
  /** Why it was disqualified. */
  fault?: string
}

export interface Placing {
  /** Nanoseconds per unit. */
  readonly ns?: number
  /** Speed as a multiple of the pinned entrant's. */
  readonly ratio?: number
  readonly quartiles?: readonly [number, number]
  readonly units?: number
  readonly fault?: string
}

/** Called after each round with the share of the work that is done, from 0 to 1. Return true to stop. */
export type OnRound = (share: number) => unknown

/** The minimum number of rounds for a useful median. */
const MIN_ROUNDS = 3

/** Thrown if a measurement is stopped before it has a result. */
export class Stopped extends Error {}

/**
 * Times each entrant in each round. An entrant that throws or returns a wrong sum gets a `fault` and is not run again.
 *
 * @throws Stopped if `onRound` returns true before there are enough rounds
 */
export async function race(
  entrants: readonly Entrant[],
  { rounds, sampleMs, warmUpMs }: Pace,
  onRound: OnRound = () => {},
): Promise<Racer[]> {
  const random = new Random(0x311)
  const racers: Racer[] = []
  for (const entrant of entrants) {
    racers.push(await warmUp(entrant, warmUpMs, sampleMs))
    if (await isStopped(onRound, 0)) throw new Stopped()
  }
  const longestStride = Math.max(1, Math.floor(rounds / MIN_ROUNDS))
  for (let round = 0; round < rounds; round++) {
    // Shuffled, because an entrant is slowed down by the garbage that the one before it leaves.
    for (const racer of random.shuffled(racers)) {
      // A slow entrant skips most rounds, but not all: it may only have seemed slow while warming up.
      if (racer.fault === undefined && round % Math.min(racer.stride, longestStride) === 0)
        racer.times.set(round, await sample(racer))
    }
    if (await isStopped(onRound, (round + 1) / rounds)) {
      if (round + 1 < Math.min(MIN_ROUNDS, rounds)) throw new Stopped()
      break
    }
  }
  return racers
}

/** Yields to the event loop first, because the request to stop is a message. */
async function isStopped(onRound: OnRound, share: number): Promise<boolean> {
  await setImmediate()
  return onRound(share) === true
}

/** Returns the median time of each entrant, and the median and quartiles of its same-round ratios to `pinned`. */
export function placings(racers: readonly Racer[], pinned: string): Record<string, Placing> {
  const reference = racers.find(({ name }) => name === pinned) as Racer
  return Object.fromEntries(
    racers.map(({ name, fault, times, units }) => {
      if (fault !== undefined) return [name, { fault }]
      const shared = [...times].flatMap(([round, time]) => {
        const other = reference.times.get(round)
        return other === undefined ? [] : [other / time]
      })
      return [
        name,
        { ns: median([...times.values()]), ratio: median(shared), quartiles: quartiles(shared), units },
      ]
    }),
  )
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quartiles(values: readonly number[]): [number, number] {
  return [quantile(values, 0.25), quantile(values, 0.75)]
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] as number
  return low + ((sorted[Math.ceil(at)] as number) - low) * (at % 1)
}

/** Gives V8 time to optimize, and finds how many passes take `sampleMs`. */
async function warmUp(entrant: Entrant, warmUpMs: number, sampleMs: number): Promise<Racer> {
  const racer: Racer = { ...entrant, times: new Map(), passes: 1, stride: 1 }
  const start = performance.now()
  do {
    const passMs = (await timed(racer)) / 1e6
    racer.stride = Math.max(1, Math.floor(passMs / (4 * sampleMs)))
    racer.passes = Math.max(1, Math.min(racer.passes * 4, Math.round(sampleMs / passMs)))
  } while (racer.fault === undefined && performance.now() - start < warmUpMs)
  return racer
}

/** Returns nanoseconds per unit. Collects the young generation first, which holds the previous entrant's garbage. */
async function sample(racer: Racer): Promise<number> {
  ;(globalThis as { gc?: (options: object) => void }).gc?.({ type: 'minor' })
  return (await timed(racer)) / racer.units
}

/** Returns nanoseconds per pass. */
async function timed(racer: Racer): Promise<number> {
  const { run, passes, expected } = racer
  const start = process.hrtime.bigint()
  let sum: number | undefined
  try {
    const result = run(passes)
    sum = typeof result === 'number' ? result : await result
  } catch (error) {
    racer.fault = `later in the stream: ${textOf(error)}`
  }
  const ns = Number(process.hrtime.bigint() - start)
  if (sum !== Math.imul(expected, passes))
    racer.fault ??= 'later in the stream: packets are missing or differ'
  return ns / passes
}
