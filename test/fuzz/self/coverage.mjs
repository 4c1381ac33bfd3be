// The branches that inputs have reached, and how often in one input: once, twice, three times, up to 7, 15, 31, 127, more.

const BUCKETS = Uint8Array.from({ length: 256 }, (_, count) => {
  const bucket = [0, 1, 2, 3, 7, 15, 31, 127].findLastIndex((most) => count > most)
  return count === 0 ? 0 : 1 << bucket
})

export class Coverage {
  /** @param counters the bytes in which the instrumented code counts */
  constructor(counters) {
    this.counters = counters
    this.seen = new Uint8Array(counters.length)
  }

  start() {
    this.counters.fill(0)
  }

  /** Whether the input since `start` has reached something new, which then counts as reached. */
  isNew() {
    const { counters, seen } = this
    let isNew = false
    for (let index = 0; index < counters.length; index++) {
      const bucket = BUCKETS[counters[index]]
      if ((seen[index] & bucket) === bucket) continue
      seen[index] |= bucket
      isNew = true
    }
    return isNew
  }

  forget() {
    this.seen.fill(0)
  }

  get branches() {
    return this.seen.reduce((reached, buckets) => reached + (buckets === 0 ? 0 : 1), 0)
  }
}
