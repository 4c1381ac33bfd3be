// The cost of hostile traffic per byte, as a multiple of that of W2 in the same round.

import { median, race } from '../../dist/cli/bench/measure/rounds.js'
import { Random } from '../../dist/cli/bench/traffic/random.js'
import { traffic } from '../../dist/cli/bench/traffic/workloads.js'
import { topicCache } from '../../dist/index.js'
import { load } from '../contestants.mjs'
import { connectionNs } from '../measure/connection.mjs'
import { heldEach } from '../measure/memory.mjs'
import { HOSTILE } from '../traffic/hostile.mjs'

/** The number of connections that wait at the same time, as for the memory table. */
const WAITING = 5_000

export default async function ({ traffic: name, contestant: path, scale: _, ...pace }, progress) {
  const { chunks: build, opens, waits, withoutCache, options } = HOSTILE[name]
  const contestant = await load(path, name)
  const attacked = options ? { ...contestant, open: (visit) => contestant.open(visit, options) } : contestant
  const chunks = build(new Random(0x311))
  // Before the race and in a copy of its own, so that the figure is that of the memory table.
  const waiting = waits && heldEach(await load(path, 'waiting'), chunks[0], WAITING)
  const entrants = [
    await entrant('W2', contestant, traffic('W2', 0.25).chunks),
    await entrant('hostile', attacked, chunks, opens),
  ]
  if (withoutCache) entrants.push(await uncached(contestant, chunks))
  const racers = await race(entrants, pace, progress)
  const [normal, hostile, plain] = racers.map(({ times }) => [...times.values()])
  return {
    ns: median(hostile),
    ratio: ratio(hostile, normal),
    ...(opens && {
      eachNs: (median(hostile) * bytesIn(chunks)) / chunks.length,
      connectionNs: await connectionNs(200),
    }),
    ...(waiting && { heldEach: waiting.each }),
    ...(withoutCache && { toUncached: ratio(hostile, plain) }),
  }
}

function ratio(times, others) {
  return median(times.map((time, round) => time / others[round]))
}

/** A pass decodes the chunks on one connection or, if `opens` is set, on one connection each. */
async function entrant(name, contestant, chunks, opens = false) {
  const { decodeLoop } = await import(`../../dist/cli/bench/measure/loops.js?${name}`)
  const { reopenLoop } = await import(`../measure/loops.mjs?${name}`)
  const run = (opens ? reopenLoop : decodeLoop)(contestant, { chunks })
  return { name, units: bytesIn(chunks), expected: run(1), run }
}

function bytesIn(chunks) {
  return chunks.reduce((bytes, chunk) => bytes + chunk.length, 0)
}

async function uncached(contestant, chunks) {
  const { run, ...rest } = await entrant('uncached', contestant, chunks)
  return {
    ...rest,
    run(passes) {
      topicCache.enabled = false
      const sum = run(passes)
      topicCache.enabled = true
      return sum
    },
  }
}
