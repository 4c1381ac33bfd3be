// Entrants in turns. On a machine that is shared a time says little; the ratio of two times taken within the same few
// milliseconds says much, and the median of many such ratios holds.

import { setImmediate } from 'node:timers/promises'
import { textOf } from '../../target/observation.ts'
import { Random } from '../traffic/random.ts'
import type { Run } from './loops.ts'

export interface Entrant {
  readonly name: string
  /** How many packets, or bytes, a pass goes through. */
  readonly units: number
  /** What `run` has to return, divided by the number of passes. */
  readonly expected: number
  readonly run: Run
}

export interface Pace {
  readonly rounds: number
  readonly sampleMs: number
  readonly warmUpMs: number
}

/** What an entrant took per unit in each round. */
export interface Field extends Entrant {
  readonly times: Map<number, number>
  passes: number
  /** It takes part in every so many rounds. */
  stride: number
  /** Why it has no times. */
  fault?: string
}

export interface Placing {
  /** Nanoseconds per unit. */
  readonly ns?: number
  /** As a multiple of the pinned entrant's speed. */
  readonly ratio?: number
  readonly quartiles?: readonly [number, number]
  readonly units?: number
  readonly fault?: string
}

/** Called after each round with the share that is done; returns true to stop there. */
export type OnRound = (share: number) => unknown

/** The least number of rounds whose median is worth telling. */
const LEAST_ROUNDS = 3

/** The race was stopped before its ratios were worth telling. */
export class Stopped extends Error {}

/**
 * What each entrant took per unit in each round. Who returns another sum than expected gets a `fault` instead of times.
 *
 * @throws Stopped if `onRound` has returned true too early
 */
export async function race(
  entrants: readonly Entrant[],
  { rounds, sampleMs, warmUpMs }: Pace,
  onRound: OnRound = () => {},
): Promise<Field[]> {
  const random = new Random(0x311)
  const fields: Field[] = []
  for (const entrant of entrants) {
    fields.push(await warmUp(entrant, warmUpMs, sampleMs))
    if (await isStopped(onRound, 0)) throw new Stopped()
  }
  const longestStride = Math.max(1, Math.floor(rounds / LEAST_ROUNDS))
  for (let round = 0; round < rounds; round++) {
    // In an order drawn anew: whoever always came behind the same one would always inherit its heap.
    for (const field of random.shuffled(fields)) {
      // Whoever is very slow sits out most rounds, or only seemed to be slow: some are needed to tell.
      if (field.fault === undefined && round % Math.min(field.stride, longestStride) === 0)
        field.times.set(round, await sample(field))
    }
    if (await isStopped(onRound, (round + 1) / rounds)) {
      if (round + 1 < Math.min(LEAST_ROUNDS, rounds)) throw new Stopped()
      break
    }
  }
  return fields
}

/** Lets messages in, one of which may say that it is time to stop. */
async function isStopped(onRound: OnRound, share: number): Promise<boolean> {
  await setImmediate()
  return onRound(share) === true
}

/** Each one's median, and the median and quartiles of its same-round ratios to the entrant that `pinned` names. */
export function placings(fields: readonly Field[], pinned: string): Record<string, Placing> {
  const reference = fields.find(({ name }) => name === pinned) as Field
  return Object.fromEntries(
    fields.map(({ name, fault, times, units }) => {
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

/** Lets V8 compile, and finds how many passes fill a sample. */
async function warmUp(entrant: Entrant, warmUpMs: number, sampleMs: number): Promise<Field> {
  const field: Field = { ...entrant, times: new Map(), passes: 1, stride: 1 }
  const start = performance.now()
  do {
    const passMs = (await timed(field)) / 1e6
    field.stride = Math.max(1, Math.floor(passMs / (4 * sampleMs)))
    field.passes = Math.max(1, Math.min(field.passes * 4, Math.round(sampleMs / passMs)))
  } while (field.fault === undefined && performance.now() - start < warmUpMs)
  return field
}

/** Nanoseconds per unit. Nobody pays for the garbage of the one before. */
async function sample(field: Field): Promise<number> {
  ;(globalThis as { gc?: (options: object) => void }).gc?.({ type: 'minor' })
  return (await timed(field)) / field.units
}

/** Nanoseconds per pass. */
async function timed(field: Field): Promise<number> {
  const { run, passes, expected } = field
  const start = process.hrtime.bigint()
  let sum: number | undefined
  try {
    const result = run(passes)
    sum = typeof result === 'number' ? result : await result
  } catch (error) {
    field.fault = `as the stream goes on: ${textOf(error)}`
  }
  const ns = Number(process.hrtime.bigint() - start)
  if (sum !== Math.imul(expected, passes))
    field.fault ??= 'as the stream goes on, packets are missing or different'
  return ns / passes
}
