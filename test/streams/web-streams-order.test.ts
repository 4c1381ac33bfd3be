// Compares PacketDecoderStream with a TransformStream of the host that does the same for chunks of one packet. For any
// operations in any order, every promise must settle in the same way.

import { expect, test } from 'vitest'
import { PacketDecoderStream, PacketParser } from '../../src/index.ts'
import { bytes, join } from '../support/bytes.ts'

type Sides = Pick<PacketDecoderStream, 'readable' | 'writable'>

const hosts = (): Sides => {
  const parser = new PacketParser()
  return new TransformStream({
    transform(chunk, controller) {
      for (const packet of parser.push(chunk)) controller.enqueue(packet)
    },
    flush: () => parser.end(),
  })
}

const PACKET = bytes('40 02 0001')
const MALFORMED = bytes('00 00')

const CHUNKS = {
  packet: PACKET,
  malformed: MALFORMED,
  half: PACKET.subarray(0, 3),
  two: join(PACKET, PACKET),
  'packet and malformed': join(PACKET, MALFORMED),
}

type Chunk = keyof typeof CHUNKS
type Operation = 'read' | 'close' | 'abort' | 'cancel' | Chunk

/** Chunks of several packets as the chunks for the host's stream, which needs one per packet. */
const ONE_BY_ONE: Partial<Record<Operation, Chunk[]>> = {
  two: ['packet', 'packet'],
  'packet and malformed': ['packet', 'malformed'],
}

const PAUSES = { none: undefined, 'a turn of the event loop': (): Promise<void> => tick() }

/** How every promise settled, and the writer's final state. */
async function outcome(
  { readable, writable }: Sides,
  script: readonly Operation[],
  pause: (() => Promise<void>) | undefined,
  started: boolean,
  chunksOf: (operation: Operation) => Chunk[],
): Promise<string> {
  const writer = writable.getWriter()
  const reader = readable.getReader()
  const settled: string[] = []
  const watch = (name: string, action: () => Promise<unknown>): void => {
    const index = settled.push(`${name} pending`) - 1
    const promise = (async () => action())() // Node's internal assertions throw synchronously
    promise.then(
      (value) => {
        settled[index] = `${name} fulfilled ${JSON.stringify(value)}`
      },
      (reason) => {
        settled[index] = `${name} rejected ${reason instanceof TypeError ? reason : (reason.code ?? reason)}`
      },
    )
  }
  watch('writer.closed', () => writer.closed)
  watch('reader.closed', () => reader.closed)
  if (started) await tick()
  for (const [index, operation] of script.entries()) {
    if (operation === 'read') watch(operation, () => reader.read())
    else if (operation === 'close') watch(operation, () => writer.close())
    else if (operation === 'abort') watch(operation, () => writer.abort(`abort ${index}`))
    else if (operation === 'cancel') watch(operation, () => reader.cancel(`cancel ${index}`))
    else {
      watch(operation, () => {
        const writes = chunksOf(operation).map((chunk) => writer.write(CHUNKS[chunk]))
        for (const write of writes) write.catch(() => {})
        return writes.at(-1)! // the last packet decides
      })
    }
    if (pause !== undefined) await pause()
  }
  for (let turn = 0; turn < 3; turn++) await tick()
  return settled.join(', ').replaceAll(/Invalid state: [^,]*/g, 'Invalid state')
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** All scripts of up to `length` operations. */
function scripts(operations: readonly Operation[], length: number): Operation[][] {
  let last: Operation[][] = [[]]
  const all: Operation[][] = []
  for (let step = 0; step < length; step++) {
    last = last.flatMap((script) => operations.map((operation) => [...script, operation]))
    all.push(...last)
  }
  return all
}

const ENDS = ['close', 'abort', 'cancel'] as const

test.each([
  { title: 'chunks of one packet', all: scripts(['read', 'packet', 'malformed', ...ENDS], 5) },
  {
    title: 'half a packet, last of all',
    all: scripts(['read', 'packet', 'half', ...ENDS], 4).filter(
      (script) => !/half.*(packet|half)/.test(script.join()),
    ),
  },
  {
    title: 'chunks of several packets',
    all: scripts(['read', 'two', 'packet and malformed', ...ENDS], 4),
  },
])('$title', async ({ title, all }) => {
  const chunksOf = (operation: Operation): Chunk[] => ONE_BY_ONE[operation] ?? [operation as Chunk]
  for (const [name, pause] of Object.entries(PAUSES)) {
    // Without a pause, the host queues the second of two writes before the next operation, while we have only one write.
    if (name === 'none' && title === 'chunks of several packets') continue
    for (const started of [false, true]) {
      const differences: unknown[] = []
      for (const script of all) {
        if (pause !== undefined && script.length > 4) continue // because these take most of the time
        const [ours, theirs] = await Promise.all([
          outcome(new PacketDecoderStream(), script, pause, started, (operation) => [operation as Chunk]),
          outcome(hosts(), script, pause, started, chunksOf),
        ])
        // Node 20 and 22 call an algorithm that they have cleared if a cancelled stream is written to in the same turn.
        if (ours !== theirs && !/is not a function/.test(theirs)) differences.push({ script, ours, theirs })
      }
      expect(differences.slice(0, 3), `pause: ${name}, started: ${started}`).toEqual([])
    }
  }
})
