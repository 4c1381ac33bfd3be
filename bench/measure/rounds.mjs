// Entrants in turns. On a machine that is shared a time says little; the ratio of two times taken within the same few
// milliseconds says much, and the median of many such ratios holds.

import { Random } from '../traffic/random.mjs'

/**
 * What each entrant took per unit in each round.
 *
 * An entrant is `{ name, units, expected, run }`: `run(passes)` goes `passes` times through all units and returns the sum
 * of what it read, `passes` times `expected`. Who returns anything else gets a `fault` instead of times.
 */
export function race(entrants, { rounds, sampleMs, warmUpMs }, onRound) {
  const random = new Random(0x311)
  const fields = entrants.map((entrant) => warmUp({ ...entrant, times: new Map() }, warmUpMs, sampleMs))
  for (let round = 0; round < rounds; round++) {
    // In an order drawn anew: whoever always came behind the same one would always inherit its heap.
    for (const field of random.shuffled(fields)) {
      // Whoever is very slow sits out most rounds.
      if (field.fault === undefined && round % field.stride === 0) field.times.set(round, sample(field))
    }
    onRound?.((round + 1) / rounds)
  }
  return fields
}

/** Each one's median, and the median and quartiles of its same-round ratios to the entrant that `pinned` names. */
export function placings(fields, pinned) {
  const reference = fields.find(({ name }) => name === pinned).times
  return Object.fromEntries(
    fields.map(({ name, fault, times, units }) => {
      if (fault !== undefined) return [name, { fault }]
      const shared = [...times.keys()].filter((round) => reference.has(round))
      const ratios = shared.map((round) => reference.get(round) / times.get(round))
      return [
        name,
        { ns: median([...times.values()]), ratio: median(ratios), quartiles: quartiles(ratios), units },
      ]
    }),
  )
}

export function median(values) {
  return quantile(values, 0.5)
}

export function quartiles(values) {
  return [quantile(values, 0.25), quantile(values, 0.75)]
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at % 1)
}

/** Lets V8 compile, and finds how many passes fill a sample. */
function warmUp(field, warmUpMs, sampleMs) {
  const start = performance.now()
  field.passes = 1
  do {
    const passMs = timed(field) / 1e6
    field.stride = Math.max(1, Math.floor(passMs / (4 * sampleMs)))
    field.passes = Math.max(1, Math.min(field.passes * 4, Math.round(sampleMs / passMs)))
  } while (field.fault === undefined && performance.now() - start < warmUpMs)
  return field
}

/** Nanoseconds per unit. Nobody pays for the garbage of the one before. */
function sample(field) {
  globalThis.gc?.({ type: 'minor' })
  return timed(field) / field.units
}

/** Nanoseconds per pass. */
function timed(field) {
  const { run, passes, expected } = field
  const start = process.hrtime.bigint()
  const sum = run(passes)
  const ns = Number(process.hrtime.bigint() - start)
  if (sum !== Math.imul(expected, passes))
    field.fault = 'as the stream goes on, packets are missing or different'
  return ns / passes
}
