// One task in a process of its own: what V8 has learnt from one workload must not decide about the next.

import { UsageError } from '../../usage.ts'
import { Stopped } from '../measure/rounds.ts'

/** What the process is told: what to do, and later that it is to stop. */
export type Order =
  | { readonly task: string; readonly options: unknown; readonly endures: boolean }
  | { readonly stop: true }

/** What it answers. */
export type Answer =
  | { readonly progress: number }
  | { readonly result: unknown }
  | { readonly error: string; readonly isUsage: boolean }
  | { readonly stopped: true }

/** Runs a task; `report` is told the share that is done, and returns true if the task is to stop. */
export type Task<Options, Result> = (
  options: Options,
  report: (share: number) => boolean,
) => Promise<Result> | Result

let isStopped = false
const answer = (message: Answer, then?: () => void): void => {
  process.send?.(message, undefined, undefined, then)
}

// Whoever has started it may be gone.
process.once('disconnect', () => process.exit(1))

process.on('message', async (order: Order) => {
  if ('stop' in order) {
    isStopped = true
    return
  }
  // The terminal interrupts all processes of a command. It is for the first of them to say when this one ends.
  if (order.endures) process.on('SIGINT', () => {})
  try {
    const { default: run } = (await import(order.task)) as { default: Task<unknown, unknown> }
    const result = await run(order.options, (progress) => {
      answer({ progress })
      return isStopped
    })
    answer({ result }, () => process.exit())
  } catch (error) {
    if (error instanceof Stopped) answer({ stopped: true }, () => process.exit())
    else
      answer(
        {
          error: error instanceof UsageError ? error.message : String((error as Error).stack ?? error),
          isUsage: error instanceof UsageError,
        },
        () => process.exit(1),
      )
  }
})
