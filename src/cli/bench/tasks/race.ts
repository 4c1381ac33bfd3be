// One operation on one workload, all contestants.

import type { Declaration } from '../../target/declaration.ts'
import { readOf } from '../measure/adapted.ts'
import { checkDecode, type Decoded, encodeFault, givenOf } from '../measure/check.ts'
import { type Contestant, type Encode, type Entry, load } from '../measure/contestant.ts'
import { type Entrant, type Pace, type Placing, placings, race } from '../measure/rounds.ts'
import { acceptedBy } from '../traffic/declared.ts'
import type { TrafficPacket } from '../traffic/packet.ts'
import { type Traffic, traffic } from '../traffic/workloads.ts'
import type { Task } from './child.ts'

export type Operation = 'decode' | 'firstPass' | 'readFrame' | 'encode' | 'encodeInto'

export interface RaceOptions extends Pace {
  readonly workload: string
  readonly operation: Operation
  /** Ratios are to the first one. */
  readonly contestants: readonly Entry[]
  readonly scale: number
  /** A workload that is decoded before. */
  readonly first?: string
  /** What all of them read, if not everything. */
  readonly declaration?: Declaration
}

export type RaceResult = {
  readonly workload: string
  readonly operation: Operation
  readonly packets: number
  /** The packets of the workload that are for none of them. */
  readonly leftOut?: number
  readonly bytes: number
  readonly results: Readonly<Record<string, Placing>>
}

/** How many milliseconds a contestant gets for what it decodes before it is timed. */
const LEAST_PATIENCE = 1_000
const MOST_PATIENCE = 5_000

const runRace: Task<RaceOptions, RaceResult> = async (options, report) => {
  const { workload, operation, contestants, scale, first, declaration = {}, ...pace } = options
  const isWanted = acceptedBy(declaration)
  const build = (id: string, size?: number): Traffic => traffic(id, size, isWanted)
  const stream = build(workload, scale)
  const toCheck = scale > 1 ? build(workload) : stream
  const entrants: Entrant[] = []
  const results: Record<string, Placing> = {}
  let patience = Number.POSITIVE_INFINITY
  for (const entry of contestants) {
    const start = performance.now()
    const checked = await load(entry, 'check')
    const { name } = checked
    const check = await checkOf(operation, checked, toCheck, patience)
    const fault =
      check.fault ??
      (first === undefined ? undefined : (await checkDecode(checked, build(first, scale), patience)).fault)
    // The first contestant is the one that ratios are to: the others get much more time than it took, but no more than can be
    // waited.
    if (patience === Number.POSITIVE_INFINITY)
      patience = Math.min(Math.max(LEAST_PATIENCE, 20 * (performance.now() - start)), MOST_PATIENCE)
    report(0)
    if (fault !== undefined) {
      results[name] = { fault }
      continue
    }
    const contestant = await load(entry, 'race')
    if (first !== undefined) await decodeBefore(contestant, build(first, scale))
    entrants.push(...(await entrantsOf(operation, contestant, stream, check)))
  }
  const [pinned] = entrants
  if (pinned !== undefined) Object.assign(results, placings(await race(entrants, pace, report), pinned.name))
  const { packets, leftOut, bytes } = stream
  return { workload, operation, packets: packets.length, ...(leftOut > 0 && { leftOut }), bytes, results }
}

export default runRace

async function checkOf(
  operation: Operation,
  contestant: Contestant,
  stream: Traffic,
  patience: number,
): Promise<Decoded> {
  if (operation !== 'encode' && operation !== 'encodeInto') return checkDecode(contestant, stream, patience)
  const encode = operation === 'encodeInto' ? (singly(contestant) ?? contestant.encode) : contestant.encode
  return { fault: encodeFault(encode, contestant, stream), given: new Map(), isAsync: false }
}

async function entrantsOf(
  operation: Operation,
  contestant: Contestant,
  stream: Traffic,
  check: Decoded,
): Promise<Entrant[]> {
  switch (operation) {
    case 'decode':
      return [await decodeEntrant(contestant, stream, check)]
    case 'firstPass':
      return [await firstPassEntrant(contestant, stream, check)]
    case 'readFrame': {
      const decoding = await decodeEntrant(contestant, stream, check)
      return contestant.feedFrames === undefined
        ? [decoding]
        : [decoding, await frameEntrant(contestant, stream)]
    }
    case 'encode':
      return [await encodeEntrant(contestant, stream)]
    case 'encodeInto':
      return [
        await (contestant.encodeInto === undefined ? encodeEntrant : encodeIntoEntrant)(contestant, stream),
      ]
  }
}

/** The loops anew: see loops.ts. */
function loops(instance: string): Promise<typeof import('../measure/loops.ts')> {
  return import(new URL(`../measure/loops.js?${encodeURIComponent(instance)}`, import.meta.url).href)
}

async function decodeBefore(contestant: Contestant, stream: Traffic): Promise<void> {
  const { asyncDecodeLoop } = await loops(`${contestant.name} before`)
  await asyncDecodeLoop(contestant, stream)(4)
}

async function decodeEntrant(contestant: Contestant, stream: Traffic, check: Decoded): Promise<Entrant> {
  const { decodeLoop, asyncDecodeLoop } = await loops(contestant.name)
  const run = (check.isAsync ? asyncDecodeLoop : decodeLoop)(contestant, stream)
  return {
    name: contestant.name,
    units: stream.packets.length,
    expected: sumRead(contestant, stream, check),
    run,
  }
}

async function firstPassEntrant(contestant: Contestant, stream: Traffic, check: Decoded): Promise<Entrant> {
  const { firstPassLoop, asyncFirstPassLoop, decodeLoop, asyncDecodeLoop } = await loops(contestant.name)
  const run = check.isAsync
    ? asyncFirstPassLoop(contestant, asyncDecodeLoop(contestant, stream))
    : firstPassLoop(contestant, decodeLoop(contestant, stream))
  return {
    name: contestant.name,
    units: stream.packets.length,
    expected: sumRead(contestant, stream, check),
    run,
  }
}

async function frameEntrant(
  { name: contestant, open, feedFrames, readFrame }: Contestant,
  stream: Traffic,
): Promise<Entrant> {
  const name = `${contestant} readFrame`
  const { decodeLoop } = await loops(name)
  const run = decodeLoop({ open, feed: feedFrames!, read: readFrame! }, stream)
  return { name, units: stream.packets.length, expected: run(1), run }
}

async function encodeEntrant({ name, encode, native }: Contestant, stream: Traffic): Promise<Entrant> {
  const { encodeLoop } = await loops(name)
  const run = encodeLoop({ encode: encode as Encode }, stream.packets.map(native!))
  return { name, units: stream.packets.length, expected: sumWritten(stream), run }
}

async function encodeIntoEntrant(
  { name, encodeInto, native }: Contestant,
  stream: Traffic,
): Promise<Entrant> {
  const { encodeIntoLoop } = await loops(name)
  const longest = Math.max(...stream.encoded.map((bytes) => bytes.length))
  const run = encodeIntoLoop({ encodeInto: encodeInto! }, stream.packets.map(native!), longest)
  return { name, units: stream.packets.length, expected: sumWritten(stream), run }
}

/** What a contestant's `read` has to give in a pass. */
function sumRead({ isPartial = false }: Contestant, { packets }: Traffic, { given }: Decoded): number {
  const read = (packet: TrafficPacket): number => readOf(isPartial ? givenOf(packet, given) : packet)
  return packets.reduce((sum, packet) => (sum + read(packet)) | 0, 0)
}

function sumWritten({ encoded }: Traffic): number {
  return encoded.reduce((sum, bytes) => (sum + bytes.length + (bytes.at(-1) as number)) | 0, 0)
}

/** `encodeInto` as an `encode`. */
function singly({ encodeInto }: Contestant): Encode | undefined {
  if (encodeInto === undefined) return undefined
  const target = Buffer.alloc(2 * 1024 * 1024)
  return (packet) => target.subarray(0, encodeInto(packet, target, 0))
}
