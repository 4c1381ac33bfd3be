// A run of `mqtt-wire bench`: measures the jobs, prints their tables, and judges.

import { escaped } from '../terminal.ts'
import { version } from '../version.ts'
import { boundsOn, type Figures, type Gate, judge, type Verdict } from './gate.ts'
import { measureAgain, measureAll } from './measure-all.ts'
import { faultCell, isSlow, plain, type Table } from './output/text.ts'
import { workloadTable } from './output/workload-table.ts'
import type { Job } from './plan.ts'
import { circumstances, figures, isFigureOf, keep, type Run } from './results.ts'
import { OURS, type Report, type Subject } from './subject.ts'
import type { LinearityResult } from './tasks/linearity.ts'

/** How often a target may hang, or end its process, before it is not measured any further. */
const MAX_DEATHS = 3

interface Settings {
  readonly subject: Subject
  readonly jobs: readonly Job[]
  readonly quick: boolean
  /** Whether some figures were not asked for. */
  readonly isPartial: boolean
  /** Ends it early. */
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
    this.run = circumstances(contestants, { quick })
  }

  /** Measures everything, and prints the table of each workload as soon as it is complete. */
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

  /** Measures what falls short again, and says what still does. */
  async judge(gate: Gate): Promise<Verdict[]> {
    const { run, subject, jobs, controller } = this
    const { signal } = controller
    const bounds = boundsOn(run.node, gate)
    const verdicts = (): Verdict[] => judge(this.measured, bounds).filter(({ id }) => this.isJudged(id))
    const fallShort = (): string[] =>
      verdicts().flatMap(({ id, holds, measured }) => (holds || measured === undefined ? [] : [id]))
    const own = jobs.filter(({ of = subject.name }) => of === subject.name)
    await measureAgain(own, fallShort, { measure: this.measure, signal })
    return verdicts()
  }

  get measured(): Figures {
    return figures(this.run, this.subject.name)
  }

  /** The jobs that had no result because the target was too slow, or wrong. */
  get slow(): string[] {
    return this.faults(isSlow)
  }

  get wrong(): string[] {
    return this.faults((reason) => !isSlow(reason))
  }

  private readonly measure = async (job: Job, onProgress: (share: number) => void): Promise<void> => {
    const { signal } = this.controller
    const report: Report = (share) => {
      onProgress(share)
      return signal.aborted
    }
    keep(this.run, job, job.of ?? '', await this.subject.perform(job, report, signal))
    if (this.subject.deaths >= MAX_DEATHS) this.controller.abort()
  }

  private faults(isMeant: (reason: string) => boolean): string[] {
    return Object.entries(this.run.jobs).flatMap(([id, result]) => {
      const own = (result.results ?? result)[this.subject.name] as { fault?: string } | undefined
      return own?.fault !== undefined && isMeant(own.fault) ? [id] : []
    })
  }

  /** What was not asked for is not judged, and neither is what there was no time for. */
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
      'Linearity: the time for one packet as a multiple of that for one of a quarter of the size, in chunks of 1 KiB',
    head: ['', '×'],
    rows: entries.map(([name, { ratio, fault = '' }]) => [
      name,
      ratio === undefined ? faultCell(fault) : ratio.toFixed(2),
    ]),
    notes: entries.flatMap(([name, { fault }]) => (fault === undefined ? [] : [`${name}: ${fault}.`])),
  }
}

/** Prints a table, in which there may be anything that a target has said. */
export function print(table: Table): void {
  console.log(plain(table).split('\n').map(escaped).join('\n'))
}
