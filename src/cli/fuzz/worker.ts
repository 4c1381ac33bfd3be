// The thread in which the parser under test runs: it may hang, crash or run out of memory there.

import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type Adapter, AdapterError, loadAdapter } from './adapter.ts'
import { examine, type Input } from './examination.ts'
import type { Symptom } from './finding.ts'

export interface WorkerData {
  readonly adapter: string
  /** Shared: the index of the input that is being examined. */
  readonly current: Int32Array
}

/** What the thread says: whether it can start; what it found in an input; and that it is done with all of them. */
export type Message =
  | { readonly type: 'ready' | 'done' }
  | { readonly type: 'no adapter'; readonly message: string }
  | { readonly type: 'found'; readonly index: number; readonly symptoms: readonly Symptom[] }

const { adapter: file, current } = workerData as WorkerData
const say = (message: Message): void => parentPort?.postMessage(message)

async function examineAll(adapter: Adapter, inputs: readonly Input[]): Promise<void> {
  for (const [index, input] of inputs.entries()) {
    Atomics.store(current, 0, index)
    const symptoms = await examine(adapter, input)
    await setImmediate() // what the parser has put off is thrown now
    if (symptoms.length > 0) say({ type: 'found', index, symptoms })
  }
  say({ type: 'done' })
}

try {
  const adapter = await loadAdapter(file)
  parentPort?.on('message', (inputs: readonly Input[]) => void examineAll(adapter, inputs))
  say({ type: 'ready' })
} catch (error) {
  if (!(error instanceof AdapterError)) throw error
  say({ type: 'no adapter', message: error.message })
}
