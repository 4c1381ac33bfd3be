// Runs jobs one after another.

import { Stopped } from './measure/rounds.ts'
import { Progress } from './output/progress.ts'
import type { Job } from './plan.ts'
import { isFigureOf } from './results.ts'

/** How often a failing job is measured again, each time with twice the rounds, before the gate fails. */
const RETRIES = 2

export interface MeasureSettings<Some extends Job> {
  /** Measures a job and stores the result. */
  readonly measure: (job: Some, onProgress: (share: number) => void) => Promise<void>
  /** Called when the last job of a group is done. */
  readonly onGroup?: (group: string) => void
  readonly signal?: AbortSignal
}

/** Measures all jobs. Returns early if the signal aborts. */
export async function measureAll<Some extends Job>(
  jobs: readonly Some[],
  { measure, onGroup, signal }: MeasureSettings<Some>,
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
 * Measures failing figures again with more rounds, to tell a slow parser from noise.
 *
 * @param failingFigures returns the failing figures
 */
export async function measureAgain<Some extends Job>(
  jobs: readonly Some[],
  failingFigures: () => readonly string[],
  { measure, signal }: MeasureSettings<Some>,
): Promise<void> {
  for (let attempt = 1; attempt <= RETRIES && signal?.aborted !== true; attempt++) {
    const figures = failingFigures()
    const again = jobs.filter((job) => figures.some((id) => isFigureOf(id, job.id)))
    if (again.length === 0) return
    console.log(`Measuring again with more rounds: ${[...new Set(again.map(({ id }) => id))].join(', ')}`)
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
