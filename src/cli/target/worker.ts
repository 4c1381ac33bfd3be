// The thread in which the parser under test runs. The parser may hang, crash or run out of memory.

import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { UsageError } from '../usage.ts'
import { examine, type TestInput } from '../verdict/examination.ts'
import type { Symptom } from '../verdict/finding.ts'
import type { Declaration } from './declaration.ts'
import { type Adapter, loadAdapter } from './module.ts'
import { observeModule } from './observe-module.ts'

export interface WorkerData {
  readonly adapter: string
  /** The declaration of the command line, in addition to the adapter's. */
  readonly declared: Declaration
  /** The index of the input that is being examined, in shared memory. */
  readonly current: Int32Array
}

/** The thread's messages: whether it could start, what it found in an input, and that it has examined all inputs. */
export type Message =
  | { readonly type: 'ready'; readonly declaration: Declaration }
  | { readonly type: 'done' }
  | { readonly type: 'no adapter'; readonly message: string }
  | { readonly type: 'found'; readonly index: number; readonly symptoms: readonly Symptom[] }

const { adapter: file, declared, current } = workerData as WorkerData
const send = (message: Message): void => parentPort?.postMessage(message)

async function examineAll(
  adapter: Adapter,
  declaration: Declaration,
  inputs: readonly TestInput[],
): Promise<void> {
  for (const [index, input] of inputs.entries()) {
    Atomics.store(current, 0, index)
    const symptoms = await examine((stream) => observeModule(adapter, stream), declaration, input)
    await setImmediate() // lets errors from the parser's pending callbacks surface
    if (symptoms.length > 0) send({ type: 'found', index, symptoms })
  }
  send({ type: 'done' })
}

try {
  const adapter = await loadAdapter(file)
  const declaration = { ...adapter.declares, ...declared }
  parentPort?.on('message', (inputs: readonly TestInput[]) => void examineAll(adapter, declaration, inputs))
  send({ type: 'ready', declaration })
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  send({ type: 'no adapter', message: error.message })
}
