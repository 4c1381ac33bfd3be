// Runs a stream through the parser of an adapter and records what it does.

import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Adapter, isRefusal } from './module.ts'
import { type Observation, type Thrown, textOf } from './observation.ts'
import { chunksOf, type Stream } from './stream.ts'

export async function observeModule(adapter: Adapter, stream: Stream): Promise<Observation> {
  const { neutral = (packet) => packet } = adapter
  const chunks = chunksOf(stream)
  const packets: unknown[] = []
  const before = memoryInUse()
  let thrown: Thrown | undefined
  try {
    if (adapter.open !== undefined)
      await feed(adapter.open, chunks, (packet) => packets.push(neutral(packet)))
    else if (!(await adapter.accepts?.(chunks))) thrown = { isRefusal: true, text: 'it was not accepted' }
  } catch (error) {
    thrown = { isRefusal: isRefusal(adapter, error), text: textOf(error) }
  }
  const memory = memoryInUse() - before
  if (memory > COLLECT_ABOVE) collectGarbage() // otherwise the next stream would be blamed for it
  return {
    packets: adapter.open === undefined ? undefined : packets,
    thrown,
    memory,
  }
}

async function feed(
  open: NonNullable<Adapter['open']>,
  chunks: Buffer[],
  onPacket: (packet: unknown) => void,
): Promise<void> {
  const take = open(onPacket)
  for (const chunk of chunks) {
    const taken = take(chunk)
    if (taken instanceof Promise) await taken
  }
}

/** Above this number of bytes, garbage is collected at once. */
const COLLECT_ABOVE = 2 ** 24

const collectGarbage = findCollector()

function findCollector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(now: boolean): void } }
  if (Bun !== undefined) return () => Bun.gc(true)
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

function memoryInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}
