// Runs tasks in child processes.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { escaped } from '../../terminal.ts'
import { UsageError } from '../../usage.ts'
import { Stopped } from '../measure/rounds.ts'
import type { ChildMessage, ParentMessage } from './child.ts'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))

const FLAGS = ['--expose-gc', '--max-old-space-size=8192']

const MAX_ERROR_LENGTH = 2_000
/** Milliseconds from the request to stop until the process is killed. */
const STOP_LIMIT = 1_000

export interface TaskSettings {
  readonly onProgress?: (share: number) => void
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds without a message after which the process is killed. */
  readonly patience?: number
  /** Stops the task early: it returns what it has, or rejects with {@link Stopped}. */
  readonly signal?: AbortSignal
}

/** Thrown if the task throws, or its process hangs or ends early. */
export class Failure extends Error {}

/**
 * Runs a task, the default export of a module, in a child process.
 *
 * @throws UsageError if the task throws one
 * @throws Failure if the task throws anything else, or the process hangs or ends early
 * @throws Stopped if it is stopped before it has a result
 */
export function runTask<Result>(
  task: URL,
  options: unknown,
  { onProgress = () => {}, env = {}, patience, signal }: TaskSettings = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, { execArgv: FLAGS, env: { ...process.env, ...env }, silent: true })
    let errors = ''
    child.stdout?.resume() // discard what the parser prints
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-MAX_ERROR_LENGTH)
    })
    const fail = (message: string): void => {
      const text = errors.trim()
      reject(new Failure(`${message}${text === '' ? '' : `; standard error: ${escaped(text)}`}`))
      child.kill('SIGKILL')
    }
    let timer: NodeJS.Timeout | undefined
    const restartTimer = (): void => {
      clearTimeout(timer)
      if (patience !== undefined)
        timer = setTimeout(
          () => fail(`hangs: no progress for ${patience / 1_000} s; it was stopped`),
          patience,
        )
    }
    restartTimer()
    const onAbort = (): void => stop(child)
    signal?.addEventListener('abort', onAbort)
    child.on('message', (message: ChildMessage) => {
      restartTimer()
      if ('progress' in message) onProgress(message.progress)
      else if ('stopped' in message) reject(new Stopped())
      else if ('result' in message) resolve(message.result as Result)
      else reject(message.isUsage ? new UsageError(message.error) : new Failure(message.error))
    })
    child.once('error', reject)
    child.once('close', (code, killedBy) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      if (signal?.aborted) reject(new Stopped())
      else fail(`the process ended with ${killedBy ?? `exit status ${code}`}`)
    })
    child.send({ task: task.href, options, ignoresSigint: signal !== undefined } satisfies ParentMessage)
  })
}

function stop(child: ChildProcess): void {
  if (child.connected) child.send({ stop: true } satisfies ParentMessage, () => {})
  setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT).unref()
}
