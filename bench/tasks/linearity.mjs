// One packet of 64 MiB against one of 16 MiB, both in chunks of 1 KiB. Four times the bytes: four times the time, if it is linear.

import { load } from '../contestants.mjs'
import { median, quartiles } from '../measure/rounds.mjs'
import { bytesOf } from '../traffic/bytes.mjs'
import { cut } from '../traffic/workloads.mjs'

const MIB = 1024 * 1024

export default async function ({ contestant: path, rounds, budgetMs }, progress) {
  const { open, feed } = await load(path, 'linearity')
  const [small, large] = [16, 64].map((size) => cut(bytesOf(packetOf(size * MIB)), 1024))
  let packets = 0
  const visit = () => {
    packets++
  }
  const time = (chunks) => {
    globalThis.gc()
    const start = performance.now()
    const parser = open(visit)
    for (let index = 0; index < chunks.length; index++) feed(parser, chunks[index], visit)
    return performance.now() - start
  }
  time(small)
  const ratios = []
  const start = performance.now()
  while (ratios.length < rounds && (ratios.length < 3 || performance.now() - start < budgetMs)) {
    const ms = time(small)
    ratios.push(time(large) / ms)
    progress(ratios.length / rounds)
  }
  if (packets !== 1 + 2 * ratios.length)
    return { fault: `${packets} packets instead of ${1 + 2 * ratios.length}` }
  return { ratio: median(ratios), quartiles: quartiles(ratios) }
}

function packetOf(size) {
  return {
    type: 'publish',
    topic: 'a/topic',
    payload: Buffer.alloc(size, 0x5a),
    qos: 0,
    dup: false,
    retain: false,
  }
}
