import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))

const FLAGS = ['--expose-gc', '--max-old-space-size=8192']

const ENVIRONMENT = {
  // glibc takes a freed block of up to 32 MiB again, and asks the system for each larger one, whose pages come in one by
  // one at first touch. So that a packet of 64 MiB can be compared with one of 16 MiB, both are asked for.
  linearity: { MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024) },
}

/** Runs a task of tasks/ in a child process. */
export function runTask(task, options, onProgress) {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, { execArgv: FLAGS, env: { ...process.env, ...ENVIRONMENT[task] } })
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
