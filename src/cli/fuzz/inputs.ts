// The input streams: the conformance corpus, then generated streams: valid, malformed and mutated.

import { readFileSync } from 'node:fs'
import { encode, type Packet } from '../../index.ts'
import { CONTROL_PACKETS, packetTypeOf } from '../../packet-types.ts'
import {
  cut,
  generateMalformed,
  generatePackets,
  generateSessions,
  type Malformed,
  mutate,
} from '../../testing/index.ts'
import { Random } from '../../testing/random.ts'
import type { Input } from './examination.ts'
import type { Expectation } from './expectation.ts'

/** An input with the name of its origin. */
export interface NamedInput extends Input {
  readonly name: string
}

const CORPUS = new URL('../../../test/vectors/vectors.json', import.meta.url)
const PINGREQ: Packet = { type: 'pingreq' }
const PING = encode(PINGREQ)

interface Row {
  readonly name: string
  readonly hex: string
  readonly options?: object
}

/** The rows of the conformance corpus that apply to every receiver, each followed by another packet. */
export function* corpusInputs(seed: number): Generator<NamedInput> {
  const random = new Random(seed)
  const { valid, malformed, streams } = JSON.parse(readFileSync(CORPUS, 'utf8')) as Record<string, Row[]>
  for (const { name, hex, options } of [valid, malformed, streams].flatMap((rows) => rows ?? [])) {
    if (options !== undefined) continue
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), PING])
    for (const cuts of [cutsBetween(Array.from(bytes, (byte) => [byte])), randomCuts(bytes, random)])
      yield { name: `corpus: ${name}`, bytes, cuts }
  }
}

/** Generates inputs without end. The same seed gives the same inputs. */
export function* generatedInputs(seed: number): Generator<NamedInput> {
  const random = new Random(seed)
  const makers = makersFor(seed)
  for (let number = 1; ; number++) {
    const [kind, make] = makers[random.integer(0, makers.length - 1)] as Maker
    const { bytes, known } = make(random)
    yield { name: `${kind}, input ${number}`, bytes, cuts: randomCuts(bytes, random), known }
  }
}

type Made = Pick<Input, 'bytes' | 'known'>
type Maker = readonly [kind: string, make: (random: Random) => Made]

const MAX_PACKETS = 4

function makersFor(seed: number): Maker[] {
  const packets = generatePackets(seed, Number.POSITIVE_INFINITY)
  const sessions = generateSessions(seed, Number.POSITIVE_INFINITY)
  const malformed = generateMalformed(seed, Number.POSITIVE_INFINITY)
  const stream = (random: Random): Made =>
    fromPackets(Array.from({ length: random.integer(1, MAX_PACKETS) }, () => packets.next().value))
  const malformedPacket = (): Made => fromMalformed(malformed.next().value)
  const session = (): Made => ({ bytes: sessions.next().value.bytes })
  const mutated =
    (make: (random: Random) => Made) =>
    (random: Random): Made => ({ bytes: mutate(make(random).bytes, random.uint32()) })
  return [
    ['well-formed', stream],
    ['malformed', malformedPacket],
    ['session', session],
    ['mutated stream', mutated(stream)],
    ['mutated stream', mutated(stream)],
    ['mutated malformed packet', mutated(malformedPacket)],
    ['mutated session', mutated(session)],
  ]
}

/** Encodes the packets. The generator's own packets are the expectation, so that our decoder is not trusted. */
function fromPackets(packets: readonly Packet[]): Made {
  const encoded = packets.map((packet) => encode(packet))
  return {
    bytes: Buffer.concat(encoded),
    known: { packets, ends: endsOf(encoded), ending: { kind: 'complete' } },
  }
}

/** Codes that do not apply to every receiver, or not to streams. */
const NOT_FOR_ALL: readonly string[] = [
  'incomplete-packet',
  'unknown-protocol-name',
  'unsupported-protocol-level',
]

function fromMalformed({ bytes, code, rule, field, options, seenBy }: Malformed): Made {
  const followed = Buffer.concat([bytes, PING])
  if (options !== undefined || seenBy !== 'both' || NOT_FOR_ALL.includes(code)) return { bytes: followed }
  const message = `${field ?? 'the packet'} violates ${code} [${rule}]`
  const packetType = CONTROL_PACKETS[packetTypeOf(bytes[0] ?? 0)]?.name
  const known: Expectation = {
    packets: [],
    ends: [],
    ending: { kind: 'refused', code, rule, packetType, message, end: bytes.length },
  }
  return { bytes: followed, known }
}

/** More cuts would only show that a parser copies everything for each chunk, which is slow but not a hang. */
const MAX_CUTS = 1_024

const cutsBetween = (chunks: readonly ArrayLike<number>[]): number[] =>
  endsOf(chunks).slice(0, -1).slice(0, MAX_CUTS)

const randomCuts = (bytes: Uint8Array, random: Random): number[] => cutsBetween(cut(bytes, random.uint32()))

function endsOf(pieces: readonly ArrayLike<number>[]): number[] {
  let end = 0
  return pieces.map(({ length }) => (end += length))
}
