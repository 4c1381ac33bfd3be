// Runs the parser under test in a monitored thread. If the thread hangs or dies, another one replaces it.

import { Worker } from 'node:worker_threads'
import { UsageError } from '../usage.ts'
import type { TestInput } from '../verdict/examination.ts'
import { crash, DEATH, HANG, type Symptom, TIME_LIMIT } from '../verdict/finding.ts'
import type { Declaration } from './declaration.ts'
import { textOf } from './observation.ts'
import type { Found, Target } from './target.ts'
import type { Message, WorkerData } from './worker.ts'

/** The interval at which the time limit is checked, in milliseconds. */
const CHECK_INTERVAL = 100

const HEAP_LIMIT_MIB = 256

type Event = Message | { readonly type: 'death'; readonly symptom: Symptom }

export class ParserThread implements Target {
  readonly name: string
  private readonly adapter: string
  private readonly declared: Declaration
  private readonly current = new Int32Array(new SharedArrayBuffer(4))
  private worker: Worker | undefined
  /** Handles the thread's events. Replaced instead of its listeners, because without listeners the thread's messages stop. */
  private onEvent: (event: Event) => void = () => {}
  /** The symptom of a thread that died while idle. */
  private lateDeath: Symptom | undefined
  private isClosed = false

  /** @param adapter the absolute path of the adapter */
  constructor(adapter: string, name: string, declared: Declaration) {
    this.adapter = adapter
    this.name = name
    this.declared = declared
  }

  async start(): Promise<Declaration> {
    return (await this.startThread()).declaration
  }

  async examine(inputs: readonly TestInput[], found: Found): Promise<number> {
    let deaths = 0
    for (let next = 0; next < inputs.length && !this.isClosed; deaths++) {
      const rest = inputs.slice(next)
      const first = next
      const death = await this.attempt(rest, (index, symptoms) => found(first + index, symptoms))
      if (death === undefined || this.isClosed) break
      const last = next + Atomics.load(this.current, 0)
      await this.endThread()
      found(last, [death])
      next = last + 1
    }
    return deaths
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.onEvent({ type: 'done' }) // ends the current examination
    await this.endThread()
  }

  private async endThread(): Promise<void> {
    this.onEvent = () => {}
    await this.worker?.terminate()
    this.worker = undefined
    this.lateDeath = undefined
  }

  /** Returns the symptom if the thread hung or died before it was done. */
  private async attempt(inputs: readonly TestInput[], found: Found): Promise<Symptom | undefined> {
    Atomics.store(this.current, 0, 0)
    if (this.lateDeath !== undefined) return this.lateDeath
    const worker = this.worker ?? (await this.startThread()).worker
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

  private async startThread(): Promise<{ worker: Worker; declaration: Declaration }> {
    const { adapter, declared, current } = this
    const workerData: WorkerData = { adapter, declared, current }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
      stdout: true, // discard what a parser prints
    })
    this.worker = worker
    const first = new Promise<Event>((resolve) => {
      this.onEvent = resolve
    })
    worker.on('message', (message: Message) => this.onEvent(message))
    worker.on('error', (error) => this.onEvent({ type: 'death', symptom: deathBy(error) }))
    worker.on('exit', (code) => this.onEvent({ type: 'death', symptom: crash(`process.exit(${code})`) }))
    const event = await first
    if (event.type === 'no adapter') throw new UsageError(event.message)
    if (event.type !== 'ready')
      throw new UsageError(
        `${this.adapter} cannot be used: ${event.type === 'death' ? event.symptom.happened : event.type}`,
      )
    return { worker, declaration: event.declaration }
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

function deathBy(error: Error): Symptom {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return crash(textOf(error))
  const expected = `a heap of at most ${HEAP_LIMIT_MIB} MiB`
  return { ...DEATH, kind: 'memory', about: 'in total', expected, happened: 'it exceeded that' }
}
