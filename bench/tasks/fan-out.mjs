// One PUBLISH to 1,000 subscribers, each with its own packet identifier.

import { placings, race } from '../../dist/cli/bench/measure/rounds.js'
import { bytesOf } from '../../dist/cli/bench/traffic/bytes.js'
import { publish, topic } from '../../dist/cli/bench/traffic/packets.js'
import { Random } from '../../dist/cli/bench/traffic/random.js'
import { load } from '../contestants.mjs'
import { held as heldBytes } from '../measure/memory.mjs'

const SUBSCRIBERS = 1_000
const MEMORY_PASSES = 10
/** The most pieces in which a contestant writes a packet. Some write it field by field. */
const MAX_PIECES = 8

export default async function ({ payloadLength, qos, contestants, ...pace }, progress) {
  const random = new Random(0x311)
  const message = { ...publish(random, topic(random), qos, payloadLength), dup: false, retain: false }
  const packetIds = Array.from({ length: SUBSCRIBERS }, (_, index) => (qos === 0 ? undefined : index + 1))
  const expected = packetIds.map((packetId) => bytesOf({ ...message, packetId }))
  const entrants = []
  const results = {}
  for (const path of contestants) {
    const { name: contestant, fanOut = {} } = await load(path, 'fan-out')
    for (const way of Object.keys(fanOut)) {
      const name = `${contestant} ${way}`
      const { fanOut: ways } = await load(path, name)
      const fault = faultOf(ways[way](message), packetIds, expected)
      if (fault === undefined) entrants.push(await entrant(name, ways[way](message), packetIds, expected))
      else results[name] = { fault }
    }
  }
  const held = Object.fromEntries(entrants.map(({ name, send }) => [name, heldBy(send, packetIds)]))
  const racers = await race(entrants, pace, progress)
  Object.assign(results, placings(racers, entrants[0].name))
  for (const { name } of entrants) {
    results[name].held = held[name]
    const each = name.replace('preparePublish', 'encode each')
    if (each !== name) results[name].toEncode = placings(racers, each)[name].ratio
  }
  return { payloadLength, qos, subscribers: SUBSCRIBERS, results }
}

/** Each entrant gets its own copy of the loop: see measure/loops.mjs. */
async function entrant(name, send, packetIds, expected) {
  const { fanOutLoop } = await import(`../measure/loops.mjs?${encodeURIComponent(name)}`)
  const sum = expected.reduce((total, bytes) => (total + bytes.length + bytes.at(-1)) | 0, 0)
  return { name, units: packetIds.length, expected: sum, send, run: fanOutLoop(send, packetIds) }
}

function faultOf(send, packetIds, expected) {
  for (const [index, packetId] of packetIds.entries()) {
    const written = []
    send(packetId, {
      write: (piece) => {
        written.push(Buffer.from(piece))
        return true
      },
    })
    if (!Buffer.concat(written).equals(expected[index])) return `packet ${index + 1} has wrong bytes`
  }
  return undefined
}

/** Returns the bytes that each subscriber's packet holds while it waits to be sent. */
function heldBy(send, packetIds) {
  const pieces = new Array(MEMORY_PASSES * SUBSCRIBERS * MAX_PIECES).fill(undefined)
  let count = 0
  const sink = {
    write(piece) {
      pieces[count++] = piece
      return true
    },
  }
  send(packetIds[0], sink) // excludes what is allocated once, on first use
  const before = heldBytes()
  for (let pass = 0; pass < MEMORY_PASSES; pass++) for (const packetId of packetIds) send(packetId, sink)
  const each = (heldBytes() - before) / (MEMORY_PASSES * SUBSCRIBERS)
  return pieces[0] === undefined ? undefined : each // keeps the pieces alive until here
}
