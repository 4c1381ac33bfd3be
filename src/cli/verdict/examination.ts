// Runs one stream through a parser, in one chunk and in several, and checks what the parser does.

import { changesVerdicts, type Declaration, isSent } from '../target/declaration.ts'
import type { Observation, Observe } from '../target/observation.ts'
import type { Stream } from '../target/stream.ts'
import { packetText, plain } from './difference.ts'
import { type Expectation, expectationFor } from './expectation.ts'
import { NO_PACKET, type Symptom } from './finding.ts'
import { judge } from './judge.ts'

/** A stream to examine. */
export interface TestInput extends Stream {
  /** What its generator expects; defaults to the result of our decoder. */
  readonly known?: Expectation | undefined
  /** Whether `known` applies regardless of the declaration, and of what the target may refuse. */
  readonly isStrict?: boolean
}

export async function examine(
  observe: Observe,
  declaration: Declaration,
  input: TestInput,
): Promise<Symptom[]> {
  const { bytes, cuts } = input
  const expectation = expectationOfInput(input, declaration)
  const whole = await observe({ bytes, cuts: [] })
  const first = judge(expectation, bytes, whole)
  const lost = await lostPackets(observe, expectation, bytes, whole)
  const symptoms =
    lost ?? (first === undefined ? [] : [await explained(observe, expectation, bytes, first, declaration)])
  if (cuts.length === 0) return symptoms
  const cut = await observe(input)
  const second = judge(expectation, bytes, cut)
  if (second !== undefined && isSevere(second)) return [...symptoms, { ...second, needsCuts: true }]
  if (lost !== undefined || outcome(whole, expectation) === outcome(cut, expectation)) return symptoms
  return [...symptoms, chunking(whole, cut, first ?? second)]
}

function expectationOfInput({ bytes, known, isStrict }: TestInput, declaration: Declaration): Expectation {
  if (isStrict === true && known !== undefined) return known
  return expectationFor(bytes, declaration, changesVerdicts(declaration) ? undefined : known)
}

/** Detects packets that are delivered from chunks of their own, but lost if a later packet in the same chunk is refused. */
async function lostPackets(
  observe: Observe,
  expectation: Expectation,
  bytes: Uint8Array,
  whole: Observation,
): Promise<Symptom[] | undefined> {
  const { packets: given, thrown } = whole
  const { packets, ends } = expectation
  if (given === undefined || thrown?.isRefusal !== true || given.length >= packets.length) return undefined
  const apart = await observe({ bytes, cuts: ends.filter((end) => end < bytes.length) })
  if ((apart.packets?.length ?? 0) <= given.length) return undefined
  const lost: Symptom = {
    ...NO_PACKET,
    kind: 'lost packets',
    about: 'drops the packets before a refused one that came in the same chunk',
    rule: '§4.8',
    expected: `${packetText(packets[given.length])}, and then a refusal`,
    happened: `it refused: ${thrown.text}`,
  }
  const own = judge(expectation, bytes, apart)
  return own === undefined ? [lost] : [lost, own]
}

/** Examines a symptom further: which packet causes a crash, and whether the parser reads beyond a packet's end. */
async function explained(
  observe: Observe,
  expectation: Expectation,
  bytes: Uint8Array,
  symptom: Symptom,
  declaration: Declaration,
): Promise<Symptom> {
  if (symptom.kind !== 'crash') return readsOn(observe, bytes, symptom, declaration)
  const apart = await observe({ bytes, cuts: expectation.ends.filter((end) => end < bytes.length) })
  const own = judge(expectation, bytes, apart)
  return own?.kind === 'crash' ? { ...own, needsCuts: false } : symptom
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
async function readsOn(
  observe: Observe,
  bytes: Uint8Array,
  symptom: Symptom,
  declaration: Declaration,
): Promise<Symptom> {
  const { index, end } = symptom
  if (isSevere(symptom) || end === 0 || end === bytes.length) return symptom
  const packet = bytes.subarray(0, end)
  const readings = new Set<string>()
  for (const { hex, type } of FOLLOWERS) {
    if (!isSent(declaration, type)) continue
    const stream = { bytes: Buffer.concat([packet, Buffer.from(hex, 'hex')]), cuts: [] }
    const { packets = [], thrown } = await observe(stream)
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
