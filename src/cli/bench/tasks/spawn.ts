// Runs tasks in child processes.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { escaped } from '../../terminal.ts'
import { UsageError } from '../../usage.ts'
import { Stopped } from '../measure/rounds.ts'
import type { Answer, Order } from './child.ts'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))

const FLAGS = ['--expose-gc', '--max-old-space-size=8192']

const MAX_ERROR_LENGTH = 2_000
/** How long a process that is told to stop may go on, in milliseconds. */
const STOP_LIMIT = 1_000

export interface Terms {
  readonly onProgress?: (share: number) => void
  readonly env?: NodeJS.ProcessEnv
  /** How long the process may say nothing, in milliseconds. */
  readonly patience?: number
  /** Stops the task before its end: it gives what it has, or throws {@link Stopped}. */
  readonly signal?: AbortSignal
}

/** The process hung, or ended before it was done. */
export class Failure extends Error {}

/**
 * Runs a task, the default export of a module.
 *
 * @throws UsageError if the task does
 * @throws Failure if the process fails
 * @throws Stopped if it was stopped too early
 */
export function runTask<Result>(
  task: URL,
  options: unknown,
  { onProgress = () => {}, env = {}, patience, signal }: Terms = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, { execArgv: FLAGS, env: { ...process.env, ...env }, silent: true })
    let errors = ''
    child.stdout?.resume() // what a parser prints is nobody's
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-MAX_ERROR_LENGTH)
    })
    const fail = (message: string): void => {
      const text = errors.trim()
      reject(new Failure(`${message}${text === '' ? '' : `; standard error: ${escaped(text)}`}`))
      child.kill('SIGKILL')
    }
    let watch: NodeJS.Timeout | undefined
    const restart = (): void => {
      clearTimeout(watch)
      if (patience !== undefined)
        watch = setTimeout(() => fail(`hangs: nothing for ${patience / 1_000} s, and was stopped`), patience)
    }
    restart()
    const onAbort = (): void => stop(child)
    signal?.addEventListener('abort', onAbort)
    child.on('message', (message: Answer) => {
      restart()
      if ('progress' in message) onProgress(message.progress)
      else if ('stopped' in message) reject(new Stopped())
      else if ('result' in message) resolve(message.result as Result)
      else reject(message.isUsage ? new UsageError(message.error) : new Failure(message.error))
    })
    child.once('error', reject)
    child.once('close', (code, killedBy) => {
      clearTimeout(watch)
      signal?.removeEventListener('abort', onAbort)
      if (signal?.aborted) reject(new Stopped())
      else fail(`the process ended with ${killedBy ?? `exit status ${code}`}`)
    })
    child.send({ task: task.href, options, endures: signal !== undefined } satisfies Order)
  })
}

function stop(child: ChildProcess): void {
  if (child.connected) child.send({ stop: true } satisfies Order, () => {})
  setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT).unref()
}
