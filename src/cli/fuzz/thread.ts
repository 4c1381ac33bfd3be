// Runs the parser under test in a monitored thread. If the thread hangs or dies, another one replaces it.

import { Worker } from 'node:worker_threads'
import { UsageError } from '../usage.ts'
import type { Input } from './examination.ts'
import { NO_PACKET, type Symptom } from './finding.ts'
import { textOf } from './observation.ts'
import type { Message, WorkerData } from './worker.ts'

/** The time limit for an input, and the interval at which it is checked, in milliseconds. */
const TIME_LIMIT = 1_000
const CHECK_INTERVAL = 100

const HEAP_LIMIT_MIB = 256

/** Called with the index of an input and the faults that it has shown. */
export type Found = (index: number, symptoms: readonly Symptom[]) => void

type Event = Message | { readonly type: 'death'; readonly symptom: Symptom }

export class ParserThread {
  private readonly adapter: string
  private readonly current = new Int32Array(new SharedArrayBuffer(4))
  private worker: Worker | undefined
  /** Handles the thread's events. Replaced instead of its listeners, because without listeners the thread's messages stop. */
  private onEvent: (event: Event) => void = () => {}
  /** The symptom of a thread that died while idle. */
  private lateDeath: Symptom | undefined

  constructor(adapter: string) {
    this.adapter = adapter
  }

  /**
   * @returns the number of times that a thread hung or died
   * @throws UsageError if the adapter cannot be used
   */
  async examine(inputs: readonly Input[], found: Found): Promise<number> {
    let deaths = 0
    for (let next = 0; next < inputs.length; deaths++) {
      const rest = inputs.slice(next)
      const first = next
      const death = await this.attempt(rest, (index, symptoms) => found(first + index, symptoms))
      if (death === undefined) break
      const last = next + Atomics.load(this.current, 0)
      await this.close()
      found(last, [death])
      next = last + 1
    }
    return deaths
  }

  async close(): Promise<void> {
    this.onEvent = () => {}
    await this.worker?.terminate()
    this.worker = undefined
    this.lateDeath = undefined
  }

  /** Returns the symptom if the thread hung or died before it was done. */
  private async attempt(inputs: readonly Input[], found: Found): Promise<Symptom | undefined> {
    Atomics.store(this.current, 0, 0)
    if (this.lateDeath !== undefined) return this.lateDeath
    const worker = this.worker ?? (await this.start())
    let timer: NodeJS.Timeout | undefined
    const end = new Promise<Symptom | undefined>((resolve) => {
      timer = this.watch(() => resolve(HANG))
      this.onEvent = (event) => {
        if (event.type === 'found') found(event.index, event.symptoms)
        else resolve(event.type === 'death' ? event.symptom : undefined)
      }
    })
    worker.postMessage(inputs)
    return end.finally(() => {
      clearInterval(timer)
      this.onEvent = (event) => {
        if (event.type === 'death') this.lateDeath = event.symptom
      }
    })
  }

  private async start(): Promise<Worker> {
    const workerData: WorkerData = { adapter: this.adapter, current: this.current }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
      stdout: true, // discard what a parser prints
    })
    const first = new Promise<Event>((resolve) => {
      this.onEvent = resolve
    })
    worker.on('message', (message: Message) => this.onEvent(message))
    worker.on('error', (error) => this.onEvent({ type: 'death', symptom: deathBy(error) }))
    worker.on('exit', (code) => this.onEvent({ type: 'death', symptom: crash(`process.exit(${code})`) }))
    const event = await first
    if (event.type === 'no adapter') throw new UsageError(event.message)
    if (event.type === 'death')
      throw new UsageError(`${this.adapter} cannot be used: ${event.symptom.happened}`)
    this.worker = worker
    return worker
  }

  /** Calls `onHang` when the thread exceeds the time limit for an input. */
  private watch(onHang: () => void): NodeJS.Timeout {
    let last = -1
    let since = Date.now()
    return setInterval(() => {
      const now = Atomics.load(this.current, 0)
      if (now !== last) since = Date.now()
      last = now
      if (Date.now() - since > TIME_LIMIT) onHang()
    }, CHECK_INTERVAL)
  }
}

const DEATH = { ...NO_PACKET, isDeath: true }

const HANG: Symptom = {
  ...DEATH,
  kind: 'hang',
  about: `no result within ${TIME_LIMIT} ms`,
  expected: `a result within ${TIME_LIMIT} ms`,
  happened: 'none; it was stopped',
}

function crash(text: string): Symptom {
  const expected = 'packets, or a refusal thrown from the feed'
  return { ...DEATH, kind: 'crash', about: text, expected, happened: `uncaught: ${text}` }
}

function deathBy(error: Error): Symptom {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return crash(textOf(error))
  const expected = `a heap of at most ${HEAP_LIMIT_MIB} MiB`
  return { ...DEATH, kind: 'memory', about: 'in total', expected, happened: 'it exceeded that' }
}
