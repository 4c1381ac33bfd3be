// The thread in which the parser under test runs. It may hang, crash or run out of memory here.

import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type Adapter, AdapterError, loadAdapter } from './adapter.ts'
import { examine, type Input } from './examination.ts'
import type { Symptom } from './finding.ts'

export interface WorkerData {
  readonly adapter: string
  /** The index of the input that is being examined, in shared memory. */
  readonly current: Int32Array
}

/** The thread's messages: whether it could start, what it found in an input, and that it has examined all inputs. */
export type Message =
  | { readonly type: 'ready' | 'done' }
  | { readonly type: 'no adapter'; readonly message: string }
  | { readonly type: 'found'; readonly index: number; readonly symptoms: readonly Symptom[] }

const { adapter: file, current } = workerData as WorkerData
const send = (message: Message): void => parentPort?.postMessage(message)

async function examineAll(adapter: Adapter, inputs: readonly Input[]): Promise<void> {
  for (const [index, input] of inputs.entries()) {
    Atomics.store(current, 0, index)
    const symptoms = await examine(adapter, input)
    await setImmediate() // lets errors from the parser's pending callbacks surface
    if (symptoms.length > 0) send({ type: 'found', index, symptoms })
  }
  send({ type: 'done' })
}

try {
  const adapter = await loadAdapter(file)
  parentPort?.on('message', (inputs: readonly Input[]) => void examineAll(adapter, inputs))
  send({ type: 'ready' })
} catch (error) {
  if (!(error instanceof AdapterError)) throw error
  send({ type: 'no adapter', message: error.message })
}
