// Runs one task in its own process, so that V8's type feedback from one workload does not affect the next.

import { UsageError } from '../../usage.ts'
import { Stopped } from '../measure/rounds.ts'

/** A message to the process: its task, or a request to stop. */
export type ParentMessage =
  | { readonly task: string; readonly options: unknown; readonly ignoresSigint: boolean }
  | { readonly stop: true }

/** A message from the process. */
export type ChildMessage =
  | { readonly progress: number }
  | { readonly result: unknown }
  | { readonly error: string; readonly isUsage: boolean }
  | { readonly stopped: true }

/** Runs a task. It calls `report` with the share that is done, and stops if that returns true. */
export type Task<Options, Result> = (
  options: Options,
  report: (share: number) => boolean,
) => Promise<Result> | Result

let isStopped = false
const send = (message: ChildMessage, then?: () => void): void => {
  process.send?.(message, undefined, undefined, then)
}

// The parent is gone.
process.once('disconnect', () => process.exit(1))

process.on('message', async (message: ParentMessage) => {
  if ('stop' in message) {
    isStopped = true
    return
  }
  // Ctrl+C sends SIGINT to the whole process group, but the parent decides when this process stops.
  if (message.ignoresSigint) process.on('SIGINT', () => {})
  try {
    const { default: run } = (await import(message.task)) as { default: Task<unknown, unknown> }
    const result = await run(message.options, (progress) => {
      send({ progress })
      return isStopped
    })
    send({ result }, () => process.exit())
  } catch (error) {
    if (error instanceof Stopped) send({ stopped: true }, () => process.exit())
    else
      send(
        {
          error: error instanceof UsageError ? error.message : String((error as Error).stack ?? error),
          isUsage: error instanceof UsageError,
        },
        () => process.exit(1),
      )
  }
})
