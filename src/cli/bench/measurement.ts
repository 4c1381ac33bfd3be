// A run of `mqtt-wire bench`: measures the jobs, prints their tables and checks them against the gate.

import { escaped } from '../terminal.ts'
import { version } from '../version.ts'
import { boundsOn, type Figures, type Gate, judge, type Verdict } from './gate.ts'
import { measureAgain, measureAll } from './measure-all.ts'
import { faultCell, isSlow, plain, type Table } from './output/text.ts'
import { workloadTable } from './output/workload-table.ts'
import type { Job } from './plan.ts'
import { addResult, createRun, figures, isFigureOf, type Run } from './results.ts'
import { OURS, type Report, type Subject } from './subject.ts'
import type { LinearityResult } from './tasks/linearity.ts'

/** After this many hangs and crashes, the run is stopped. */
const MAX_DEATHS = 3

interface Settings {
  readonly subject: Subject
  readonly jobs: readonly Job[]
  readonly quick: boolean
  /** Whether `--only` leaves out some jobs. */
  readonly isPartial: boolean
  /** Aborts the run. */
  readonly controller: AbortController
}

export class Measurement {
  readonly run: Run
  private readonly subject: Subject
  private readonly jobs: readonly Job[]
  private readonly isPartial: boolean
  private readonly controller: AbortController

  constructor({ subject, jobs, quick, isPartial, controller }: Settings) {
    this.subject = subject
    this.jobs = jobs
    this.isPartial = isPartial
    this.controller = controller
    const contestants = [{ name: subject.name }, { name: OURS, version: version() }, ...subject.rivals]
    this.run = createRun(contestants, { quick })
  }

  /** Measures all jobs, and prints each table as soon as it is complete. */
  async all(): Promise<void> {
    const { subject, run, jobs, controller } = this
    const { signal } = controller
    console.log(`${escaped(subject.name)} against ${OURS} ${version()} on Node ${run.node}`)
    console.log(`${subject.remark}\n`)
    const onGroup = (group: string): void => {
      const table = this.table(group)
      if (table !== undefined) print(table)
    }
    await measureAll(jobs, { measure: this.measure, onGroup, signal })
  }

  /** Compares the figures with the bounds, after measuring failing ones again. */
  async judge(gate: Gate): Promise<Verdict[]> {
    const { run, subject, jobs, controller } = this
    const { signal } = controller
    const bounds = boundsOn(run.node, gate)
    const verdicts = (): Verdict[] => judge(this.measured, bounds).filter(({ id }) => this.isJudged(id))
    const failingFigures = (): string[] =>
      verdicts().flatMap(({ id, holds, measured }) => (holds || measured === undefined ? [] : [id]))
    const own = jobs.filter(({ of = subject.name }) => of === subject.name)
    await measureAgain(own, failingFigures, { measure: this.measure, signal })
    return verdicts()
  }

  get measured(): Figures {
    return figures(this.run, this.subject.name)
  }

  /** The jobs without a result because the target was too slow. */
  get slow(): string[] {
    return this.faults(isSlow)
  }

  /** The jobs without a result because the target was wrong. */
  get wrong(): string[] {
    return this.faults((reason) => !isSlow(reason))
  }

  private readonly measure = async (job: Job, onProgress: (share: number) => void): Promise<void> => {
    const { signal } = this.controller
    const report: Report = (share) => {
      onProgress(share)
      return signal.aborted
    }
    addResult(this.run, job, job.of ?? '', await this.subject.perform(job, report, signal))
    if (this.subject.deaths >= MAX_DEATHS) this.controller.abort()
  }

  private faults(isCounted: (reason: string) => boolean): string[] {
    return Object.entries(this.run.jobs).flatMap(([id, result]) => {
      const own = (result.results ?? result)[this.subject.name] as { fault?: string } | undefined
      return own?.fault !== undefined && isCounted(own.fault) ? [id] : []
    })
  }

  /** Whether a bound applies to this run: `--only` and an early stop leave out figures. */
  private isJudged(id: string): boolean {
    if (this.controller.signal.aborted) return this.measured[id] !== undefined
    return !this.isPartial || this.jobs.some((job) => isFigureOf(id, job.id))
  }

  private table(group: string): Table | undefined {
    const { jobs } = this.run
    const workload = group.slice(0, -1)
    if (group !== 'Linearity')
      return Object.keys(jobs).some((id) => id.startsWith(`${workload} `))
        ? workloadTable(this.run, workload)
        : undefined
    const results = jobs.linearity as Readonly<Record<string, LinearityResult>> | undefined
    return results && linearityTable(results)
  }
}

function linearityTable(results: Readonly<Record<string, LinearityResult>>): Table {
  const entries = Object.entries(results)
  return {
    title:
      'Linearity: time for one packet as a multiple of the time for one a quarter of its size, in chunks of 1 KiB',
    head: ['', '×'],
    rows: entries.map(([name, { ratio, fault = '' }]) => [
      name,
      ratio === undefined ? faultCell(fault) : ratio.toFixed(2),
    ]),
    notes: entries.flatMap(([name, { fault }]) => (fault === undefined ? [] : [`${name}: ${fault}.`])),
  }
}

/** Prints a table. Its text is escaped because it may come from the target. */
export function print(table: Table): void {
  console.log(plain(table).split('\n').map(escaped).join('\n'))
}
