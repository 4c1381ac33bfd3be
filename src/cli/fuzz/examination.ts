// Runs one stream through a parser, in one chunk and in several, and checks what the parser does.

import type { Adapter } from './adapter.ts'
import { packetText, plain } from './difference.ts'
import { type Expectation, expectationOf } from './expectation.ts'
import { NO_PACKET, type Symptom } from './finding.ts'
import { judge } from './judge.ts'
import { type Observation, observe } from './observation.ts'
import type { Stream } from './stream.ts'

/** A stream to examine. */
export interface Input extends Stream {
  /** What its generator expects; defaults to the result of our decoder. */
  readonly known?: Expectation | undefined
}

export async function examine(adapter: Adapter, input: Input): Promise<Symptom[]> {
  const { bytes, cuts } = input
  const expectation = input.known ?? expectationOf(bytes)
  const whole = await observe(adapter, { bytes, cuts: [] })
  const first = judge(expectation, bytes, whole)
  const symptoms = first === undefined ? [] : [await readsOn(adapter, bytes, first)]
  if (cuts.length === 0) return symptoms
  const cut = await observe(adapter, input)
  const second = judge(expectation, bytes, cut)
  if (second !== undefined && isSevere(second)) return [...symptoms, { ...second, needsCuts: true }]
  if (outcome(whole, expectation) === outcome(cut, expectation)) return symptoms
  return [...symptoms, chunking(whole, cut, first ?? second)]
}

const isSevere = ({ kind }: Symptom): boolean => kind === 'crash' || kind === 'memory'

/** Packets to append: if one of them changes how the packet before it is read, the parser reads beyond the packet's end. */
const FOLLOWERS = [
  { hex: '', type: undefined },
  { hex: 'c000', type: 'pingreq' },
  { hex: 'd000', type: 'pingresp' },
  { hex: 'e000', type: 'disconnect' },
] as const

/** Returns the symptom, with kind `next packet` if the parser reads beyond the end of the packet. */
async function readsOn(adapter: Adapter, bytes: Uint8Array, symptom: Symptom): Promise<Symptom> {
  const { index, end } = symptom
  if (isSevere(symptom) || end === 0 || end === bytes.length) return symptom
  const packet = bytes.subarray(0, end)
  const readings = new Set<string>()
  for (const { hex, type } of FOLLOWERS) {
    const stream = { bytes: Buffer.concat([packet, Buffer.from(hex, 'hex')]), cuts: [] }
    const { packets = [], thrown } = await observe(adapter, stream)
    const own = packets.length > index && isOfType(packets.at(-1), type) ? packets.slice(0, -1) : packets
    readings.add(
      `${JSON.stringify(plain(own.slice(0, index + 1)))} ${own.length > index ? '' : ending(thrown)}`,
    )
  }
  return readings.size === 1 ? symptom : { ...symptom, kind: 'next packet' }
}

const isOfType = (packet: unknown, type: string | undefined): boolean =>
  type !== undefined && (packet as { type?: unknown } | undefined)?.type === type

function ending(thrown: Observation['thrown']): string {
  return thrown === undefined ? 'nothing' : `refused ${thrown.isRefusal}`
}

/** The result that must not depend on the chunks. Whether an incomplete packet is refused early may depend on them. */
function outcome({ packets, thrown }: Observation, { ending }: Expectation): string {
  const isJudged = ending.kind === 'complete' || ending.kind === 'refused'
  return `${JSON.stringify(plain(packets))}${isJudged ? thrown !== undefined : ''}`
}

function chunking(whole: Observation, cut: Observation, symptom: Symptom | undefined): Symptom {
  const { about = 'the result', rule, packetType } = symptom ?? {}
  return {
    ...NO_PACKET,
    kind: 'chunking',
    about,
    rule,
    packetType,
    expected: `the same as in one chunk: ${summary(whole)}`,
    happened: summary(cut),
    needsCuts: true,
  }
}

function summary({ packets, thrown }: Observation): string {
  const given = (packets ?? []).map(packetText).join(', ')
  if (thrown === undefined) return given === '' ? 'nothing' : given
  return `${given === '' ? '' : `${given}, then `}it ${thrown.isRefusal ? 'refused' : 'threw'}: ${thrown.text}`
}
