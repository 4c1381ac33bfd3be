// The results of a run by job and contestant, and the figures that the gate compares.

import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import type { Placing } from './measure/rounds.ts'

/** The result of a job: a race has `results` for all contestants, any other job one entry per contestant. */
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

/** Creates a run without results. */
export function createRun(
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

/** Stores a job's result: a race's as it is, any other under the contestant's name. */
export function addResult(
  run: Run,
  { id }: { readonly id: string },
  contestant: string,
  result: JobResult,
): void {
  if (result.results !== undefined) run.jobs[id] = result
  else run.jobs[id] = { ...run.jobs[id], [contestant]: result }
}

/** Returns a contestant's ratio, or undefined if it has none. */
export function figure(result: JobResult, name: string): number | undefined {
  const own = (result.results ?? result)[name] as Placing | undefined
  return own?.fault === undefined ? own?.ratio : undefined
}

/** Returns a contestant's figures by job id. */
export function figures({ jobs }: Run, name: string): Record<string, number> {
  const entries = Object.entries(jobs).map(([id, result]) => [id, figure(result, name)])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Whether a figure comes from this job. */
export function isFigureOf(figureId: string, jobId: string): boolean {
  return figureId === jobId || figureId.startsWith(`${jobId}: `)
}

export function writeJson(path: string, run: object): void {
  writeFileSync(path, `${JSON.stringify(run, rounded, 2)}\n`)
}

/** @throws the errors of `readFileSync` and `JSON.parse` */
export function readJson<Content>(path: string | URL): Content {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Rounds fractions to four digits, more than the measurements are worth. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
}
