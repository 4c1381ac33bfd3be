// Preloaded with --import and --expose-gc. Writes to the file MEMORY_REPORT by how many bytes memory in use grew at most
// after the first sample. Garbage is collected before each sample, so that only memory in use counts.

import { writeFileSync } from 'node:fs'

const INTERVAL = 100 // milliseconds

/** @type {number | undefined} */
let first
let growth = 0
const timer = setInterval(() => {
  globalThis.gc?.()
  globalThis.gc?.() // the memory of Buffers is released beside the program; a second collection waits for the first
  const { heapUsed, external } = process.memoryUsage()
  first ??= heapUsed + external
  growth = Math.max(growth, heapUsed + external - first)
}, INTERVAL)
timer.unref()
process.on('exit', () => writeFileSync(process.env.MEMORY_REPORT ?? '', String(growth)))
process.once('SIGTERM', () => process.exit(0))
