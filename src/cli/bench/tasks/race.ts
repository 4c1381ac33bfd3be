// Races all contestants at one operation on one workload.

import type { Declaration } from '../../target/declaration.ts'
import { sumOfFields } from '../measure/adapted.ts'
import { checkDecode, type Decoded, encodeFault, reportedPart } from '../measure/check.ts'
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
  /** Ratios are relative to the first one. */
  readonly contestants: readonly Entry[]
  readonly scale: number
  /** A workload to decode first. */
  readonly first?: string
  /** Limits the traffic to the packets that the target declares it reads. */
  readonly declaration?: Declaration
}

export type RaceResult = {
  readonly workload: string
  readonly operation: Operation
  readonly packets: number
  /** The number of packets that the declaration excludes. */
  readonly leftOut?: number
  readonly bytes: number
  readonly results: Readonly<Record<string, Placing>>
}

/** Limits in milliseconds for the check of a contestant. */
const MIN_PATIENCE = 1_000
const MAX_PATIENCE = 5_000

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
    // The other contestants get 20 times as long as the first, within limits.
    if (patience === Number.POSITIVE_INFINITY)
      patience = Math.min(Math.max(MIN_PATIENCE, 20 * (performance.now() - start)), MAX_PATIENCE)
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
  const encode = operation === 'encodeInto' ? (asEncode(contestant) ?? contestant.encode) : contestant.encode
  return { fault: encodeFault(encode, contestant, stream), reported: new Map(), isAsync: false }
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

/** Imports a separate copy of the loops: see loops.ts. */
function importLoops(instance: string): Promise<typeof import('../measure/loops.ts')> {
  return import(new URL(`../measure/loops.js?${encodeURIComponent(instance)}`, import.meta.url).href)
}

async function decodeBefore(contestant: Contestant, stream: Traffic): Promise<void> {
  const { asyncDecodeLoop } = await importLoops(`${contestant.name} before`)
  await asyncDecodeLoop(contestant, stream)(4)
}

async function decodeEntrant(contestant: Contestant, stream: Traffic, check: Decoded): Promise<Entrant> {
  const { decodeLoop, asyncDecodeLoop } = await importLoops(contestant.name)
  const run = (check.isAsync ? asyncDecodeLoop : decodeLoop)(contestant, stream)
  return {
    name: contestant.name,
    units: stream.packets.length,
    expected: expectedReadSum(contestant, stream, check),
    run,
  }
}

async function firstPassEntrant(contestant: Contestant, stream: Traffic, check: Decoded): Promise<Entrant> {
  const { firstPassLoop, asyncFirstPassLoop, decodeLoop, asyncDecodeLoop } = await importLoops(
    contestant.name,
  )
  const run = check.isAsync
    ? asyncFirstPassLoop(contestant, asyncDecodeLoop(contestant, stream))
    : firstPassLoop(contestant, decodeLoop(contestant, stream))
  return {
    name: contestant.name,
    units: stream.packets.length,
    expected: expectedReadSum(contestant, stream, check),
    run,
  }
}

async function frameEntrant(
  { name: contestant, open, feedFrames, readFrame }: Contestant,
  stream: Traffic,
): Promise<Entrant> {
  const name = `${contestant} readFrame`
  const { decodeLoop } = await importLoops(name)
  const run = decodeLoop({ open, feed: feedFrames!, read: readFrame! }, stream)
  return { name, units: stream.packets.length, expected: run(1), run }
}

async function encodeEntrant({ name, encode, native }: Contestant, stream: Traffic): Promise<Entrant> {
  const { encodeLoop } = await importLoops(name)
  const run = encodeLoop({ encode: encode as Encode }, stream.packets.map(native!))
  return { name, units: stream.packets.length, expected: expectedWriteSum(stream), run }
}

async function encodeIntoEntrant(
  { name, encodeInto, native }: Contestant,
  stream: Traffic,
): Promise<Entrant> {
  const { encodeIntoLoop } = await importLoops(name)
  const longest = Math.max(...stream.encoded.map((bytes) => bytes.length))
  const run = encodeIntoLoop({ encodeInto: encodeInto! }, stream.packets.map(native!), longest)
  return { name, units: stream.packets.length, expected: expectedWriteSum(stream), run }
}

/** The sum that reading all packets of one pass must return. */
function expectedReadSum(
  { isPartial = false }: Contestant,
  { packets }: Traffic,
  { reported }: Decoded,
): number {
  const read = (packet: TrafficPacket): number =>
    sumOfFields(isPartial ? reportedPart(packet, reported) : packet)
  return packets.reduce((sum, packet) => (sum + read(packet)) | 0, 0)
}

function expectedWriteSum({ encoded }: Traffic): number {
  return encoded.reduce((sum, bytes) => (sum + bytes.length + (bytes.at(-1) as number)) | 0, 0)
}

/** Wraps `encodeInto` as an `encode`. */
function asEncode({ encodeInto }: Contestant): Encode | undefined {
  if (encodeInto === undefined) return undefined
  const target = Buffer.alloc(2 * 1024 * 1024)
  return (packet) => target.subarray(0, encodeInto(packet, target, 0))
}
