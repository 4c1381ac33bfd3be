// Peak memory while the largest possible packet arrives, as a multiple of its payload.

import { fixedHeader } from '../../dist/cli/bench/traffic/bytes.js'
import { load } from '../contestants.mjs'

const MIB = 1024 * 1024
const TOPIC = Buffer.from('\0\x07a/topic')
const PAYLOAD = 268_435_455 - TOPIC.length
const PATIENCE_MS = 15_000

export default async function ({ contestant: path, chunk: size }, progress) {
  const contestant = await load(path, 'peak')
  trickle(contestant, size, 256 * 1024)
  globalThis.gc()
  const before = process.memoryUsage.rss()
  const start = performance.now()
  let nextCollection = 0
  const packet = trickle(contestant, size, PAYLOAD, (share) => {
    progress(share)
    const now = performance.now()
    // Collect chunks that the parser does not hold, so that they do not count. If it holds very many, a collection takes
    // long, so pause for four times as long before the next one.
    if (now > nextCollection) {
      globalThis.gc()
      const took = performance.now() - now
      nextCollection = took > 50 ? performance.now() + 4 * took : 0
    }
    return now - start < PATIENCE_MS
  })
  if (packet === undefined) return { fault: `not done after ${PATIENCE_MS / 1000} s` }
  const { payload } = contestant.neutral(packet)
  if (payload.length !== PAYLOAD || payload[PAYLOAD - 1] !== 0x5a) return { fault: 'the payload is wrong' }
  return {
    peak: (process.resourceUsage().maxRSS * 1024 - before) / PAYLOAD,
    seconds: (performance.now() - start) / 1000,
  }
}

/** Feeds one packet in separately allocated chunks, as from a socket. `onProgress`, called every 2 MiB, returns false to stop. */
function trickle({ open, feed }, size, payloadLength, onProgress = () => true) {
  let packet
  const visit = (whole) => {
    packet = whole
  }
  const parser = open(visit)
  feed(parser, Buffer.concat([fixedHeader(0x30, TOPIC.length + payloadLength), TOPIC]), visit)
  for (let sent = 0; sent < payloadLength; sent += size) {
    feed(parser, Buffer.alloc(Math.min(size, payloadLength - sent), 0x5a), visit)
    if (sent % (2 * MIB) === 0 && !onProgress(sent / payloadLength)) return undefined
  }
  return packet
}
