// One packet of 64 MiB against one of 16 MiB, both in chunks of 1 KiB. Four times the bytes: four times the time, if it is linear.

import { setTimeout } from 'node:timers/promises'
import { load } from '../contestants.mjs'
import { median, quartiles } from '../measure/rounds.mjs'
import { fixedHeader } from '../traffic/bytes.mjs'

const MIB = 1024 * 1024
const CHUNK = 1024
const PATIENCE_MS = 10_000
const TOO_SLOW = { fault: `not done after ${PATIENCE_MS / 1000} s` }
const TOPIC = Buffer.from('\0\x07a/topic')

export default async function ({ contestant: path, rounds, budgetMs }, progress) {
  const { open, feed } = await load(path, 'linearity')
  const [small, large] = [16, 64].map((size) => chunksOf(size * MIB))
  let packets = 0
  const visit = () => {
    packets++
  }
  const time = async (chunks) => {
    globalThis.gc()
    await setTimeout(20) // what was found dead is given back to the system by another thread, in its own time
    const start = performance.now()
    const parser = open(visit)
    for (let index = 0; index < chunks.length; index++) {
      feed(parser, chunks[index], visit)
      if (index % 1024 === 0 && performance.now() - start > PATIENCE_MS) return undefined
    }
    return performance.now() - start
  }
  for (let warmUp = 0; warmUp < 8; warmUp++) if ((await time(small)) === undefined) return TOO_SLOW
  const before = packets
  const ratios = []
  const start = performance.now()
  while (ratios.length < rounds && (ratios.length < 3 || performance.now() - start < budgetMs)) {
    const ms = [await time(small), await time(large)]
    if (ms.includes(undefined)) return TOO_SLOW
    ratios.push(ms[1] / ms[0])
    progress(ratios.length / rounds)
  }
  const wanted = 2 * ratios.length
  if (packets - before !== wanted) return { fault: `${packets - before} packets instead of ${wanted}` }
  return { ratio: median(ratios), quartiles: quartiles(ratios) }
}

/** A socket's buffer is in the processor's cache when it is handed over: all chunks are views of the same few KiB. */
function chunksOf(payloadLength) {
  const buffer = Buffer.alloc(64 * CHUNK, 0x5a)
  const header = Buffer.concat([fixedHeader(0x30, TOPIC.length + payloadLength), TOPIC])
  const payload = Array.from({ length: payloadLength / CHUNK }, (_, index) => {
    const start = (index % 64) * CHUNK
    return buffer.subarray(start, start + CHUNK)
  })
  return [header, ...payload]
}
