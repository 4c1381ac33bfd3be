// What there is to measure: one job for each child process, in the order of the tables.

import type { Declaration } from '../target/declaration.ts'
import { UsageError } from '../usage.ts'
import type { Entry } from './measure/contestant.ts'
import type { Pace } from './measure/rounds.ts'
import type { LinearityOptions } from './tasks/linearity.ts'
import type { Operation, RaceOptions } from './tasks/race.ts'
import { WORKLOADS } from './traffic/workloads.ts'

export interface Job<Options extends object = object> {
  readonly id: string
  /** What the title of its table begins with. */
  readonly group: string
  readonly task: URL
  readonly options: Options & { readonly rounds?: number }
  /** The contestant, if it is about one alone. */
  readonly of?: string
}

interface Pacing extends Pace {
  /** The length of the streams. */
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

/** What is measured of a workload. */
export function operationsOf(workload: string): WorkloadOperation[] {
  const decode: WorkloadOperation = { operation: 'decode' }
  if (workload.startsWith('W5')) return [decode]
  const firstPass = WORKLOADS[workload]?.firstPass
  const all: WorkloadOperation[] = [decode, { operation: 'encode' }, { operation: 'encodeInto' }]
  // The streams come again and again, and what caches them has learnt them. This shows how fast it learns.
  if (firstPass !== undefined)
    all.splice(1, 0, { operation: 'firstPass', label: 'decode first pass', scale: firstPass })
  if (workload === 'W2') return [...all, { operation: 'readFrame' }]
  // V8 compiles for what it has seen. These two show what is left once it has seen all packets, not just one kind.
  if (workload === 'W1' || workload === 'W3')
    return [...all, { operation: 'decode', label: 'decode after W2', first: 'W2' }]
  return all
}

const RACE = new URL('./tasks/race.js', import.meta.url)
const LINEARITY = new URL('./tasks/linearity.js', import.meta.url)

interface Field {
  readonly contestants: readonly Entry[]
  readonly pace: Pacing
  readonly declaration?: Declaration
  readonly workloads?: readonly string[]
  readonly operations?: readonly Operation[]
}

/** A race for each operation on each workload. */
export function raceJobs({
  contestants,
  pace,
  declaration = {},
  workloads = Object.keys(WORKLOADS),
  operations,
}: Field): Job<RaceOptions>[] {
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

/** How a contestant takes one large packet. */
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
 * Which of the jobs a list names: by id or by what it begins with, as `W1` or `memory`.
 *
 * @throws UsageError for a name that no job has
 */
export function only<Some extends Job>(jobs: readonly Some[], names: string): Some[] {
  // A workload's name may have a comma of its own, as in 1,460.
  const wanted = names.split(/,(?!\d)/).map((name) => name.trim().toLowerCase())
  const unknown = wanted.filter((name) => !jobs.some((job) => begins(job, name)))
  if (unknown.length > 0)
    throw new UsageError(
      `nothing to measure is called ${unknown.join(' or ')}: there are ${groupsOf(jobs).join(', ')}`,
    )
  return jobs.filter((job) => wanted.some((name) => begins(job, name)))
}

/** The first words of the jobs' names. */
export function groupsOf(jobs: readonly Job[]): string[] {
  return [...new Set(jobs.map(({ id }) => id.split(' ')[0] as string))]
}

function begins({ id }: Job, name: string): boolean {
  return `${id.toLowerCase()} `.startsWith(`${name} `)
}
