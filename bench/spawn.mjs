import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))

/** Runs a task of tasks/ in a child process. */
export function runTask(task, options, onProgress) {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, { execArgv: ['--expose-gc', '--max-old-space-size=8192', '--no-warnings'] })
    child.on('message', ({ progress, result, error }) => {
      if (progress !== undefined) onProgress(progress)
      if (result !== undefined) resolve(result)
      if (error !== undefined) reject(new Error(`${task}: ${error}`))
    })
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`${task}: the process ended with ${signal ?? code}`)),
    )
    child.send({ task, options })
  })
}
