// Runs inputs in the instrumented build to get their coverage.

import { CONFIGURATIONS } from './configurations.mjs'
import { Coverage } from './coverage.mjs'
import { loadInstrumented } from './instrument.mjs'

export async function openTracer(build) {
  const { PacketParser, PieceParser, topicCache, counters } = await loadInstrumented(build)
  topicCache.enabled = false // its contents depend on all earlier inputs, and on a random key
  return new Tracer(PacketParser, PieceParser, new Coverage(counters))
}

class Tracer {
  constructor(PacketParser, PieceParser, coverage) {
    this.coverage = coverage
    this.parsers = Object.fromEntries(
      Object.entries(CONFIGURATIONS).map(([name, { options }]) => [
        name,
        [new PacketParser(options), new PieceParser({ ...options, piecesFrom: 4 })],
      ]),
    )
  }

  /** Whether the bytes, in two chunks, reach a branch for the first time, or more often than before. */
  reachesNew(configuration, bytes) {
    const { view } = CONFIGURATIONS[configuration]
    const { buffer, byteOffset, length } = bytes
    const cut = length - (length >> 2)
    const chunks = [view(buffer, byteOffset, cut), view(buffer, byteOffset + cut, length - cut)]
    this.coverage.start()
    for (const parser of this.parsers[configuration]) {
      parser.reset()
      try {
        for (const chunk of chunks) {
          parser.push(chunk)
          while (parser.read() !== undefined);
        }
        parser.end()
      } catch {
        // errors are checked by the invariants; here only coverage matters
      }
    }
    return this.coverage.isNew()
  }
}
