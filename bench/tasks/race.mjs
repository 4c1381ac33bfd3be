// One operation on one workload, all contestants.

import { load } from '../contestants.mjs'
import { decodeFault, encodeFault } from '../measure/check.mjs'
import { placings, race } from '../measure/rounds.mjs'
import { traffic } from '../traffic/workloads.mjs'

export default async function ({ workload, operation, contestants, scale, first, ...pace }, progress) {
  const stream = traffic(workload, scale)
  const toCheck = scale > 1 ? traffic(workload) : stream
  const entrants = []
  const results = {}
  let patience = Number.POSITIVE_INFINITY
  for (const path of contestants) {
    const start = performance.now()
    const checked = await load(path, 'check')
    const { name } = checked
    const fault =
      OPERATIONS[operation].fault(checked, toCheck, patience) ??
      (first && decodeFault(checked, traffic(first, scale), patience))
    // The first contestant is the pinned rival: the others get much more time than it took, but no more than can be waited.
    if (patience === Number.POSITIVE_INFINITY)
      patience = between(1_000, 20 * (performance.now() - start), 5_000)
    if (fault !== undefined) {
      results[name] = { fault }
      continue
    }
    const contestant = await load(path, 'race')
    if (first !== undefined) await decodeBefore(contestant, traffic(first, scale))
    entrants.push(...(await OPERATIONS[operation].entrants(contestant, stream)))
  }
  const [{ name: pinned }] = entrants
  Object.assign(results, placings(race(entrants, pace, progress), pinned))
  return { workload, operation, packets: stream.packets.length, bytes: stream.bytes, results }
}

const OPERATIONS = {
  decode: {
    fault: decodeFault,
    entrants: async (contestant, stream) => [await decodeEntrant(contestant, stream)],
  },
  firstPass: {
    fault: decodeFault,
    entrants: async (contestant, stream) => [await firstPassEntrant(contestant, stream)],
  },
  readFrame: {
    fault: decodeFault,
    entrants: async (contestant, stream) =>
      contestant.feedFrames === undefined
        ? [await decodeEntrant(contestant, stream)]
        : [await decodeEntrant(contestant, stream), await frameEntrant(contestant, stream)],
  },
  encode: {
    fault: (contestant, stream) => encodeFault(contestant.encode, contestant, stream),
    entrants: async (contestant, stream) => [await encodeEntrant(contestant, stream)],
  },
  encodeInto: {
    fault: (contestant, stream) => encodeFault(singly(contestant) ?? contestant.encode, contestant, stream),
    entrants: async (contestant, stream) => [
      await (contestant.encodeInto === undefined ? encodeEntrant : encodeIntoEntrant)(contestant, stream),
    ],
  },
}

/** The loops anew: see loops.mjs. */
function loops(instance) {
  return import(`../measure/loops.mjs?${encodeURIComponent(instance)}`)
}

async function decodeBefore(contestant, stream) {
  const { decodeLoop } = await loops(`${contestant.name} before`)
  decodeLoop(contestant, stream)(4)
}

async function decodeEntrant(contestant, stream) {
  const { decodeLoop } = await loops(contestant.name)
  return { ...entrant(contestant.name, stream, readOf), run: decodeLoop(contestant, stream) }
}

async function firstPassEntrant(contestant, stream) {
  const { firstPassLoop } = await loops(contestant.name)
  return { ...entrant(contestant.name, stream, readOf), run: firstPassLoop(contestant, stream) }
}

async function frameEntrant({ name, open, feedFrames: feed, readFrame: read }, stream) {
  const { decodeLoop } = await loops(`${name} readFrame`)
  const run = decodeLoop({ open, feed, read }, stream)
  return { ...entrant(`${name} readFrame`, stream, undefined), expected: run(1), run }
}

async function encodeEntrant(contestant, stream) {
  const { encodeLoop } = await loops(contestant.name)
  const natives = stream.packets.map(contestant.native)
  return { ...entrant(contestant.name, stream, writtenOf), run: encodeLoop(contestant, natives) }
}

async function encodeIntoEntrant(contestant, stream) {
  const { encodeIntoLoop } = await loops(contestant.name)
  const natives = stream.packets.map(contestant.native)
  const longest = Math.max(...stream.encoded.map((bytes) => bytes.length))
  return { ...entrant(contestant.name, stream, writtenOf), run: encodeIntoLoop(contestant, natives, longest) }
}

function entrant(name, { packets, encoded }, value) {
  const expected =
    value && packets.reduce((sum, packet, index) => (sum + value(packet, encoded[index])) | 0, 0)
  return { name, units: packets.length, expected }
}

function between(least, value, most) {
  return Math.min(Math.max(least, value), most)
}

/** What a contestant's `read` has to return. */
function readOf({ type, topic, payload, packetId = 0 }) {
  return type === 'publish' ? topic.length + topic.charCodeAt(0) + payload[0] + packetId : packetId
}

function writtenOf(_packet, bytes) {
  return bytes.length + bytes[bytes.length - 1]
}

/** `encodeInto` as an `encode`. */
function singly({ encodeInto }) {
  if (encodeInto === undefined) return undefined
  const target = Buffer.alloc(2 * 1024 * 1024)
  return (packet) => target.subarray(0, encodeInto(packet, target, 0))
}
