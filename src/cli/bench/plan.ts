// The jobs of a run, in the order of the tables. Each job is one child process.

import type { Declaration } from '../target/declaration.ts'
import { UsageError } from '../usage.ts'
import type { Entry } from './measure/contestant.ts'
import type { Pace } from './measure/rounds.ts'
import type { LinearityOptions } from './tasks/linearity.ts'
import type { Operation, RaceOptions } from './tasks/race.ts'
import { WORKLOADS } from './traffic/workloads.ts'

export interface Job<Options extends object = object> {
  readonly id: string
  /** The beginning of its table's title. */
  readonly group: string
  readonly task: URL
  readonly options: Options & { readonly rounds?: number }
  /** The contestant, if the job measures only one. */
  readonly of?: string
}

interface Pacing extends Pace {
  /** The length of the streams relative to a full run. */
  readonly scale: number
}

export const QUICK: Pacing = { rounds: 15, sampleMs: 12, warmUpMs: 150, scale: 0.5 }
export const FULL: Pacing = { rounds: 31, sampleMs: 20, warmUpMs: 300, scale: 1 }

interface WorkloadOperation {
  readonly operation: Operation
  readonly label?: string
  readonly scale?: number
  readonly first?: string
}

/** The operations that are measured on a workload. */
export function operationsOf(workload: string): WorkloadOperation[] {
  const decode: WorkloadOperation = { operation: 'decode' }
  if (workload.startsWith('W5')) return [decode]
  const firstPass = WORKLOADS[workload]?.firstPass
  const all: WorkloadOperation[] = [decode, { operation: 'encode' }, { operation: 'encodeInto' }]
  // Repeated passes measure caches that are already full. The first pass shows how fast they fill.
  if (firstPass !== undefined)
    all.splice(1, 0, { operation: 'firstPass', label: 'decode first pass', scale: firstPass })
  if (workload === 'W2') return [...all, { operation: 'readFrame' }]
  // V8 optimizes for the packets it has seen. These two show the speed once it has seen every type of packet.
  if (workload === 'W1' || workload === 'W3')
    return [...all, { operation: 'decode', label: 'decode after W2', first: 'W2' }]
  return all
}

const RACE = new URL('./tasks/race.js', import.meta.url)
const LINEARITY = new URL('./tasks/linearity.js', import.meta.url)

interface RaceSettings {
  readonly contestants: readonly Entry[]
  readonly pace: Pacing
  readonly declaration?: Declaration
  readonly workloads?: readonly string[]
  readonly operations?: readonly Operation[]
}

/** Returns one race per workload and operation. */
export function raceJobs({
  contestants,
  pace,
  declaration = {},
  workloads = Object.keys(WORKLOADS),
  operations,
}: RaceSettings): Job<RaceOptions>[] {
  return workloads.flatMap((workload) =>
    operationsOf(workload)
      .filter(({ operation }) => operations?.includes(operation) !== false)
      .filter(({ first }) => first === undefined || workloads.includes(first))
      .map(({ label, ...job }) => ({
        id: `${workload} ${label ?? job.operation}`,
        group: `${workload}:`,
        task: RACE,
        options: { workload, contestants, declaration, ...pace, ...job },
      })),
  )
}

/** Returns the job that measures whether a contestant decodes large packets in linear time. */
export function linearityJob(
  contestant: Entry,
  name: string,
  { quick }: { readonly quick: boolean },
): Job<LinearityOptions> {
  return {
    id: 'linearity',
    group: 'Linearity',
    task: LINEARITY,
    options: { contestant, rounds: quick ? 7 : 15, budgetMs: 15_000 },
    of: name,
  }
}

/**
 * Selects jobs by a list of ids or of their first words, such as `W1` or `memory`.
 *
 * @throws UsageError for a name that matches no job
 */
export function selectJobs<Some extends Job>(jobs: readonly Some[], names: string): Some[] {
  // A comma before a digit is part of a name: 1,460.
  const wanted = names.split(/,(?!\d)/).map((name) => name.trim().toLowerCase())
  const unknown = wanted.filter((name) => !jobs.some((job) => matches(job, name)))
  if (unknown.length > 0)
    throw new UsageError(
      `--only: nothing matches ${unknown.join(', ')}; choose from ${firstWords(jobs).join(', ')}`,
    )
  return jobs.filter((job) => wanted.some((name) => matches(job, name)))
}

/** The first words of the jobs' ids, without repetitions. */
export function firstWords(jobs: readonly Job[]): string[] {
  return [...new Set(jobs.map(({ id }) => id.split(' ')[0] as string))]
}

function matches({ id }: Job, name: string): boolean {
  return `${id.toLowerCase()} `.startsWith(`${name} `)
}
