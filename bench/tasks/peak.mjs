// Peak memory while the largest packet that MQTT allows comes in, as a multiple of its payload.

import { load } from '../contestants.mjs'
import { fixedHeader } from '../traffic/bytes.mjs'

const MIB = 1024 * 1024
const LARGEST = 268_435_455
const HEADER = Buffer.concat([fixedHeader(0x30, LARGEST), Buffer.from('\0\x07a/topic')])
const PAYLOAD = LARGEST - 9
const PATIENCE_MS = 60_000

export default async function ({ contestant: path, chunk: size }, progress) {
  const contestant = await load(path, 'peak')
  trickle(contestant, size, 4 * MIB, undefined)
  globalThis.gc()
  const before = process.memoryUsage.rss()
  const start = performance.now()
  const packet = trickle(contestant, size, PAYLOAD, (share) => {
    // Chunks that nobody holds are the socket's, not the parser's: they go before they count.
    globalThis.gc()
    progress(share)
    return performance.now() - start < PATIENCE_MS
  })
  if (packet === undefined) return { fault: `not done after ${PATIENCE_MS / 1000} s` }
  const { payload } = contestant.neutral(packet)
  if (payload.length !== PAYLOAD || payload[PAYLOAD - 1] !== 0x5a) return { fault: 'the payload is wrong' }
  return {
    peak: (process.resourceUsage().maxRSS * 1024 - before) / PAYLOAD,
    seconds: (performance.now() - start) / 1000,
  }
}

/** Sends one packet in chunks of their own memory, as sockets do. `pause`, every 4 MiB, says whether to go on. */
function trickle({ open, feed }, size, payloadLength, pause = () => true) {
  let packet
  const visit = (whole) => {
    packet = whole
  }
  const parser = open(visit)
  const header =
    payloadLength === PAYLOAD
      ? HEADER
      : Buffer.concat([fixedHeader(0x30, payloadLength + 9), HEADER.subarray(-9)])
  feed(parser, header, visit)
  for (let sent = 0; sent < payloadLength; sent += size) {
    feed(parser, Buffer.alloc(Math.min(size, payloadLength - sent), 0x5a), visit)
    if (sent % (4 * MIB) === 0 && !pause(sent / payloadLength)) return undefined
  }
  return packet
}
