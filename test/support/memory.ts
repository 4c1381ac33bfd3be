import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** The bytes of heap and of ArrayBuffers that `run` leaves behind, with what it returns still held. */
export function heldBy(run: () => unknown): number {
  const before = heldBytes()
  const result = run()
  const held = heldBytes() - before
  return result === gc ? 0 : held // `result` is alive until here
}

function heldBytes(): number {
  gc()
  gc() // what the first collection finds dead is freed by the second
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
