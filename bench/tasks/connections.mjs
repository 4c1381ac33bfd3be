// Many connections in one process that take turns chunk by chunk. The total number of bytes is always the same.

import { median, quartiles } from '../../dist/cli/bench/measure/rounds.js'
import { bytesOf } from '../../dist/cli/bench/traffic/bytes.js'
import { brokerMix, topics } from '../../dist/cli/bench/traffic/packets.js'
import { Random } from '../../dist/cli/bench/traffic/random.js'
import { cut } from '../../dist/cli/bench/traffic/workloads.js'
import { load } from '../contestants.mjs'

/** The packets of a turn, which starts and ends at a packet boundary. */
const PACKETS = 40
/** The number of different turns. */
const TURNS = 64

export default async function ({ contestant: path, counts, rounds, budgetMs }, progress) {
  const { open, feed } = await load(path, 'connections')
  const turns = turnsOf(new Random(0x311))
  let packets = 0
  const visit = () => {
    packets++
  }
  const most = Math.max(...counts)
  const groups = counts.map((count) => ({
    count,
    parsers: Array.from({ length: count }, () => open(visit)),
    times: [],
  }))
  const end = performance.now() + budgetMs
  for (let round = -1; round < rounds && (round < 1 || performance.now() < end); round++) {
    for (const { count, parsers, times } of groups) {
      globalThis.gc()
      packets = 0
      const start = performance.now()
      for (let turn = 0; turn < most / count; turn++) takeTurns(parsers, turns, turn, feed, visit)
      const ns = ((performance.now() - start) * 1e6) / packets
      if (packets !== most * PACKETS) return { fault: `${packets} packets instead of ${most * PACKETS}` }
      if (round >= 0) times.push(ns) // the first round is a warm-up
    }
    progress((round + 2) / (rounds + 1))
  }
  const [{ times: alone }] = groups
  return groups.map(({ count, times }) => {
    const ratios = times.map((ns, round) => ns / alone[round])
    return { count, ns: median(times), ratio: median(ratios), quartiles: quartiles(ratios) }
  })
}

/** Feeds the first chunk to each connection, then the second, and so on to the end of the turn. */
function takeTurns(parsers, turns, turn, feed, visit) {
  const longest = Math.max(...turns.map((chunks) => chunks.length))
  for (let step = 0; step < longest; step++) {
    for (let index = 0; index < parsers.length; index++) {
      const chunk = turns[(turn + index) % TURNS][step]
      if (chunk !== undefined) feed(parsers[index], chunk, visit)
    }
  }
}

function turnsOf(random) {
  const names = topics(random, 1_000)
  return Array.from({ length: TURNS }, () => {
    const packets = Array.from({ length: PACKETS }, () => brokerMix(random, names))
    return cut(Buffer.concat(packets.map(bytesOf)), 1_460)
  })
}
