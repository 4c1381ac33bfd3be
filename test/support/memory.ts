import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** The bytes of heap and ArrayBuffers in use after `run`, while its result is still held. */
export function heldBy(run: () => unknown): number {
  const before = heldBytes()
  const result = run()
  const held = heldBytes() - before
  return result === gc ? 0 : held // keeps `result` alive until here
}

function heldBytes(): number {
  gc()
  gc() // the second collection frees what the first found to be dead
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
