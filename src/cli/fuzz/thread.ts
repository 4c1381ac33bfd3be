// The parser under test, in a thread that is watched: where it hangs or dies, another one takes its place.

import { Worker } from 'node:worker_threads'
import { UsageError } from '../usage.ts'
import type { Input } from './examination.ts'
import { NO_PACKET, type Symptom } from './finding.ts'
import { textOf } from './observation.ts'
import type { Message, WorkerData } from './worker.ts'

/** Milliseconds that an input may take, and between two looks. */
const BUDGET = 1_000
const LOOK = 100

const HEAP_LIMIT_MIB = 256

/** An input, by its index, and what it has shown. */
export type Found = (index: number, symptoms: readonly Symptom[]) => void

type Event = Message | { readonly type: 'death'; readonly symptom: Symptom }

export class ParserThread {
  private readonly adapter: string
  private readonly current = new Int32Array(new SharedArrayBuffer(4))
  private worker: Worker | undefined
  /** What is done with what the thread says; its listeners stay, as it falls silent once they are removed. */
  private hear: (event: Event) => void = () => {}
  /** Of a thread that died while nothing was asked of it. */
  private lateDeath: Symptom | undefined

  constructor(adapter: string) {
    this.adapter = adapter
  }

  /**
   * @returns how often a thread hung or died
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
    this.hear = () => {}
    await this.worker?.terminate()
    this.worker = undefined
    this.lateDeath = undefined
  }

  /** Returns what ended the thread before it was done, if anything did. */
  private async attempt(inputs: readonly Input[], found: Found): Promise<Symptom | undefined> {
    Atomics.store(this.current, 0, 0)
    if (this.lateDeath !== undefined) return this.lateDeath
    const worker = this.worker ?? (await this.start())
    let timer: NodeJS.Timeout | undefined
    const end = new Promise<Symptom | undefined>((resolve) => {
      timer = this.watch(() => resolve(HANG))
      this.hear = (event) => {
        if (event.type === 'found') found(event.index, event.symptoms)
        else resolve(event.type === 'death' ? event.symptom : undefined)
      }
    })
    worker.postMessage(inputs)
    return end.finally(() => {
      clearInterval(timer)
      this.hear = (event) => {
        if (event.type === 'death') this.lateDeath = event.symptom
      }
    })
  }

  private async start(): Promise<Worker> {
    const workerData: WorkerData = { adapter: this.adapter, current: this.current }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
      stdout: true, // what a parser prints is not ours
    })
    const first = new Promise<Event>((resolve) => {
      this.hear = resolve
    })
    worker.on('message', (message: Message) => this.hear(message))
    worker.on('error', (error) => this.hear({ type: 'death', symptom: deathBy(error) }))
    worker.on('exit', (code) => this.hear({ type: 'death', symptom: crash(`process.exit(${code})`) }))
    const event = await first
    if (event.type === 'no adapter') throw new UsageError(event.message)
    if (event.type === 'death')
      throw new UsageError(`${this.adapter} cannot be used: ${event.symptom.happened}`)
    this.worker = worker
    return worker
  }

  /** Calls `hangs` when the thread is at the same input for longer than it may. */
  private watch(hangs: () => void): NodeJS.Timeout {
    let last = -1
    let since = Date.now()
    return setInterval(() => {
      const now = Atomics.load(this.current, 0)
      if (now !== last) since = Date.now()
      last = now
      if (Date.now() - since > BUDGET) hangs()
    }, LOOK)
  }
}

const DEATH = { ...NO_PACKET, isDeath: true }

const HANG: Symptom = {
  ...DEATH,
  kind: 'hang',
  about: `no end within ${BUDGET} ms`,
  expected: 'an end',
  happened: `none within ${BUDGET} ms; it was stopped`,
}

function crash(text: string): Symptom {
  const expected = 'packets, or an error that is the parser’s own, from the feed'
  return { ...DEATH, kind: 'crash', about: text, expected, happened: `uncaught: ${text}` }
}

function deathBy(error: Error): Symptom {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return crash(textOf(error))
  const expected = `a heap of at most ${HEAP_LIMIT_MIB} MiB`
  return { ...DEATH, kind: 'memory', about: 'in all', expected, happened: 'it grew beyond that' }
}
