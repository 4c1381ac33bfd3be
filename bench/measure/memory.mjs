/** Returns the bytes of heap and ArrayBuffers in use after garbage collection. */
export function held() {
  // Twice, because the first collection leaves some memory that only the second one releases.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/**
 * Returns the bytes that each of `count` parsers holds after it has received `beginning`. It arrives at the start of a 64 KiB
 * block of memory, as from a socket, so a parser that keeps the block alive is noticed.
 */
export function heldEach({ open, feed }, beginning, count) {
  const chunk = () => {
    const memory = Buffer.allocUnsafeSlow(64 * 1024)
    return memory.subarray(0, beginning.copy(memory))
  }
  const visit = () => {}
  const parsers = new Array(count).fill(undefined)
  feed(open(visit), chunk(), visit) // excludes what is allocated once, on first use
  const before = held()
  for (let index = 0; index < count; index++) {
    parsers[index] = open(visit)
    feed(parsers[index], chunk(), visit)
  }
  return { count, each: (held() - before) / count, kept: parsers.length }
}
