// The results of a run: kept by job and contestant, boiled down to the figures that bounds are set on.

import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import type { Placing } from './measure/rounds.ts'

/** What a job gave: of a race, the results of all; of anything else, what it gave for each contestant. */
export type JobResult = Readonly<Record<string, unknown>> & {
  readonly results?: Readonly<Record<string, Placing>>
}

export interface Run {
  readonly takenAt: string
  readonly node: string
  readonly v8: string
  readonly machine: string
  readonly quick: boolean
  readonly contestants: readonly { readonly name: string; readonly version?: string | undefined }[]
  readonly jobs: Record<string, JobResult>
}

/** What is known of the run itself. */
export function circumstances(
  contestants: readonly { readonly name: string; readonly version?: string | undefined }[],
  { quick }: { readonly quick: boolean },
): Run {
  const model = os.cpus()[0]?.model.trim() ?? 'unknown processor'
  return {
    takenAt: new Date().toISOString(),
    node: process.versions.node,
    v8: process.versions.v8,
    machine: `${model}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}`,
    quick,
    contestants: contestants.map(({ name, version }) => ({ name, version })),
    jobs: {},
  }
}

/** Puts a job's result in: a race's as it is, anything else under the name of the contestant that it is of. */
export function keep(run: Run, { id }: { readonly id: string }, contestant: string, result: JobResult): void {
  if (result.results !== undefined) run.jobs[id] = result
  else run.jobs[id] = { ...run.jobs[id], [contestant]: result }
}

/** A figure of a contestant: its ratio in a race, or in a job of its own. Undefined if there is none. */
export function figure(result: JobResult, name: string): number | undefined {
  const own = (result.results ?? result)[name] as Placing | undefined
  return own?.fault === undefined ? own?.ratio : undefined
}

/** The figures of a contestant by the names of the jobs. */
export function figures({ jobs }: Run, name: string): Record<string, number> {
  const entries = Object.entries(jobs).map(([id, result]) => [id, figure(result, name)])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Whether a figure is one of this job's. */
export function isFigureOf(figureId: string, jobId: string): boolean {
  return figureId === jobId || figureId.startsWith(`${jobId}: `)
}

export function save(path: string, run: object): void {
  writeFileSync(path, `${JSON.stringify(run, rounded, 2)}\n`)
}

/** @throws the errors of the file system and of JSON.parse */
export function restore<Content>(path: string | URL): Content {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Four digits are more than there is to know. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
}
