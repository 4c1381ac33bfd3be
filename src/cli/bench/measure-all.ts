// Goes through jobs, one after the other.

import { Stopped } from './measure/rounds.ts'
import { Progress } from './output/progress.ts'
import type { Job } from './plan.ts'
import { isFigureOf } from './results.ts'

/** How often a job that falls short is measured again, each time with twice the rounds, before the gate shuts. */
const RETRIES = 2

export interface Measuring<Some extends Job> {
  /** Measures a job and keeps the result. */
  readonly measure: (job: Some, onProgress: (share: number) => void) => Promise<void>
  /** Called when the last job of a group is done. */
  readonly onGroup?: (group: string) => void
  readonly signal?: AbortSignal
}

/** Measures all jobs; ends early, and quietly, if it is told to stop. */
export async function measureAll<Some extends Job>(
  jobs: readonly Some[],
  { measure, onGroup, signal }: Measuring<Some>,
): Promise<void> {
  const progress = new Progress(jobs.length)
  for (const [index, job] of jobs.entries()) {
    if (signal?.aborted) break
    progress.show(job.id, 0)
    try {
      await measure(job, (share) => progress.show(job.id, share))
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
    } finally {
      progress.next()
    }
    const isLast = !jobs.slice(index + 1).some(({ group }) => group === job.group)
    if (isLast || signal?.aborted) onGroup?.(job.group)
  }
}

/**
 * Noise passes, slowness stays: what falls short is measured again, longer.
 *
 * @param fallShort the figures that do
 */
export async function measureAgain<Some extends Job>(
  jobs: readonly Some[],
  fallShort: () => readonly string[],
  { measure, signal }: Measuring<Some>,
): Promise<void> {
  for (let attempt = 1; attempt <= RETRIES && signal?.aborted !== true; attempt++) {
    const short = fallShort()
    const again = jobs.filter((job) => short.some((id) => isFigureOf(id, job.id)))
    if (again.length === 0) return
    console.log(`Measured again, with more rounds: ${[...new Set(again.map(({ id }) => id))].join(', ')}`)
    const longer = again.map((job) => {
      const { rounds } = job.options
      return {
        ...job,
        options: { ...job.options, ...(rounds !== undefined && { rounds: rounds * 2 ** attempt }) },
      }
    })
    await measureAll(longer, { measure, ...(signal && { signal }) })
  }
}
