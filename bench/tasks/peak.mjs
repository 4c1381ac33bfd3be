// Peak memory while the largest packet that MQTT allows comes in, as a multiple of its payload.

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
  let rest = 0
  const packet = trickle(contestant, size, PAYLOAD, (share) => {
    progress(share)
    const now = performance.now()
    // Chunks that nobody holds are the socket's, not the parser's: they go before they count. Where very many are held,
    // looking through them takes long, and is not done all the time.
    if (now > rest) {
      globalThis.gc()
      const took = performance.now() - now
      rest = took > 50 ? performance.now() + 4 * took : 0
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

/** Sends one packet in chunks of their own memory, as sockets do. `pause`, every 2 MiB, says whether to go on. */
function trickle({ open, feed }, size, payloadLength, pause = () => true) {
  let packet
  const visit = (whole) => {
    packet = whole
  }
  const parser = open(visit)
  feed(parser, Buffer.concat([fixedHeader(0x30, TOPIC.length + payloadLength), TOPIC]), visit)
  for (let sent = 0; sent < payloadLength; sent += size) {
    feed(parser, Buffer.alloc(Math.min(size, payloadLength - sent), 0x5a), visit)
    if (sent % (2 * MIB) === 0 && !pause(sent / payloadLength)) return undefined
  }
  return packet
}
