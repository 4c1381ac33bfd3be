// Runs inputs through the instrumented build, to see what they reach.

import { CONFIGURATIONS } from './configurations.mjs'
import { Coverage } from './coverage.mjs'
import { loadInstrumented } from './instrument.mjs'

export async function openTracer(build) {
  const { PacketParser, topicCache, counters } = await loadInstrumented(build)
  topicCache.enabled = false // what is in it depends on all inputs before, and on a random key
  return new Tracer(PacketParser, new Coverage(counters))
}

class Tracer {
  constructor(PacketParser, coverage) {
    this.coverage = coverage
    this.parsers = Object.fromEntries(
      Object.entries(CONFIGURATIONS).map(([name, { options }]) => [name, new PacketParser(options)]),
    )
  }

  /** Whether the bytes, in two chunks, reach a branch for the first time, or as often for the first time. */
  reachesNew(configuration, bytes) {
    const { view } = CONFIGURATIONS[configuration]
    const { buffer, byteOffset, length } = bytes
    const parser = this.parsers[configuration]
    const cut = length - (length >> 2)
    this.coverage.start()
    parser.reset()
    try {
      parser.push(view(buffer, byteOffset, cut))
      while (parser.read() !== undefined);
      parser.push(view(buffer, byteOffset + cut, length - cut))
      while (parser.read() !== undefined);
      parser.end()
    } catch {
      // the invariants judge what is thrown; here it is a branch like others
    }
    return this.coverage.isNew()
  }
}
