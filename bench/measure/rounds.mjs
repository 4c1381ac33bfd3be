// Contestants in turns. On a machine that is shared, a time says little; the ratio of two times taken within the same few
// milliseconds says much, and the median of many such ratios holds.

/** What each entrant took per packet in each round. An entrant's `run(passes)` returns what it read. */
export function race(entrants, { rounds, sampleMs, warmUpMs, onRound }) {
  const fields = entrants.map((entrant) => ({ ...entrant, ...warmUp(entrant, warmUpMs, sampleMs), times: new Map() }))
  for (let round = 0; round < rounds; round++) {
    // Everybody starts a round as often as everybody else.
    for (let place = 0; place < fields.length; place++) {
      const field = fields[(round + place) % fields.length]
      // Whoever is very slow sits out most rounds.
      if (round % field.stride === 0) field.times.set(round, sample(field))
    }
    onRound?.(round + 1, rounds)
  }
  return fields
}

/** Each one's median, and the median of its same-round ratios to the entrant that `pinned` names. */
export function placings(fields, pinned) {
  const reference = fields.find(({ name }) => name === pinned)?.times
  return Object.fromEntries(
    fields.map(({ name, times }) => {
      const shared = [...times.keys()].filter((round) => reference?.has(round))
      const ratios = shared.map((round) => reference.get(round) / times.get(round))
      return [name, { ns: median([...times.values()]), ratio: median(ratios), spread: quartiles(ratios) }]
    }),
  )
}

export function median(values) {
  return quantile(values, 0.5)
}

function quartiles(values) {
  return [quantile(values, 0.25), quantile(values, 0.75)]
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at % 1)
}

/** Lets V8 compile, and finds how many passes fill a sample. */
function warmUp(entrant, warmUpMs, sampleMs) {
  const start = performance.now()
  let passes = 1
  let passMs = 0
  do {
    const before = performance.now()
    entrant.run(passes)
    passMs = (performance.now() - before) / passes
    passes = Math.max(1, Math.min(passes * 4, Math.round(sampleMs / passMs)))
  } while (performance.now() - start < warmUpMs)
  return { passes, stride: Math.max(1, Math.floor(passMs / (4 * sampleMs))) }
}

/** Nanoseconds per packet. Nobody pays for the garbage of the one before. */
function sample({ name, run, passes, packets, expected }) {
  globalThis.gc?.({ type: 'minor' })
  const start = process.hrtime.bigint()
  const sum = run(passes)
  const ns = Number(process.hrtime.bigint() - start)
  if (sum !== Math.imul(expected, passes)) throw new Error(`${name} does not read what was sent while it is timed`)
  return ns / passes / packets
}
