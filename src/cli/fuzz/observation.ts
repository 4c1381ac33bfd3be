// What a parser does with a stream.

import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Adapter, isRefusal } from './adapter.ts'
import { chunksOf, type Stream } from './stream.ts'

export interface Thrown {
  readonly isRefusal: boolean
  readonly text: string
}

export interface Observation {
  /** Undefined for a parser that says no more than yes or no. */
  readonly packets: readonly unknown[] | undefined
  readonly thrown: Thrown | undefined
  /** Bytes of memory that it has taken. */
  readonly memory: number
}

export async function observe(adapter: Adapter, stream: Stream): Promise<Observation> {
  const chunks = chunksOf(stream)
  const packets: unknown[] = []
  const before = memoryInUse()
  let thrown: Thrown | undefined
  try {
    if (adapter.open !== undefined) await feed(adapter.open, chunks, packets)
    else if (!(await adapter.accepts?.(chunks))) thrown = { isRefusal: true, text: 'it was not accepted' }
  } catch (error) {
    thrown = { isRefusal: isRefusal(adapter, error), text: textOf(error) }
  }
  const memory = memoryInUse() - before
  if (memory > MUCH) collectGarbage() // else it would be set off against what the next stream takes
  return {
    packets: adapter.open === undefined ? undefined : packets,
    thrown,
    memory,
  }
}

async function feed(open: NonNullable<Adapter['open']>, chunks: Buffer[], packets: unknown[]): Promise<void> {
  const take = open((packet) => packets.push(packet))
  for (const chunk of chunks) {
    const taken = take(chunk)
    if (taken instanceof Promise) await taken
  }
}

/** Bytes of memory. */
const MUCH = 2 ** 24

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function memoryInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

/** What was thrown, which may be anything. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} ${String(error)}`
  const code = (error as { code?: unknown }).code
  return `${error.name}${typeof code === 'string' ? ` ${code}` : ''}: ${error.message}`
}
