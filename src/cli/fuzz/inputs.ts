// The input streams: the conformance corpus, then generated streams, which are valid, malformed or mutated.

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
import { corpusRows } from '../corpus.ts'
import { type Declaration, isSent } from '../target/declaration.ts'
import type { TestInput } from '../verdict/examination.ts'
import { type Expectation, isForTarget } from '../verdict/expectation.ts'

/** An input with the name of its origin. */
export interface NamedInput extends TestInput {
  readonly name: string
}

const NOTHING = new Uint8Array(0)

/** The packet that follows each row, to detect targets that read on. It has a type that the target is sent. */
function followerFor(declaration: Declaration): Uint8Array {
  const type = (['pingreq', 'pingresp'] as const).find((name) => isSent(declaration, name))
  return type === undefined ? NOTHING : encode({ type })
}

/** The rows of the conformance corpus that apply to every receiver, each followed by another packet. */
export function* corpusInputs(seed: number, declaration: Declaration): Generator<NamedInput> {
  const follower = followerFor(declaration)
  const random = new Random(seed)
  for (const { name, hex, options } of corpusRows()) {
    if (options !== undefined) continue
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), follower])
    for (const cuts of [cutsBetween(Array.from(bytes, (byte) => [byte])), randomCuts(bytes, random)])
      yield { name: `corpus: ${name}`, bytes, cuts }
  }
}

/** Generates inputs endlessly. The same seed gives the same inputs. */
export function* generatedInputs(seed: number, declaration: Declaration): Generator<NamedInput> {
  const random = new Random(seed)
  const makers = makersFor(seed, declaration)
  for (let number = 1; ; number++) {
    const [kind, make] = makers[random.integer(0, makers.length - 1)] as Maker
    const { bytes, known } = make(random)
    yield { name: `${kind}, input ${number}`, bytes, cuts: randomCuts(bytes, random), known }
  }
}

/** The packets that the target is sent. */
function* sent<Value>(values: Iterable<Value>, isForIt: (value: Value) => boolean): Generator<Value, never> {
  for (const value of values) if (isForIt(value)) yield value
  throw new RangeError('the generators never end')
}

type Made = Pick<TestInput, 'bytes' | 'known'>
type Maker = readonly [kind: string, make: (random: Random) => Made]

const MAX_PACKETS = 4

function makersFor(seed: number, declaration: Declaration): Maker[] {
  const follower = followerFor(declaration)
  const packets = sent(generatePackets(seed, Number.POSITIVE_INFINITY), ({ type }) =>
    isSent(declaration, type),
  )
  const sessions = generateSessions(seed, Number.POSITIVE_INFINITY)
  const malformed = sent(generateMalformed(seed, Number.POSITIVE_INFINITY), ({ bytes }) =>
    isForTarget(bytes, declaration),
  )
  const stream = (random: Random): Made =>
    fromPackets(Array.from({ length: random.integer(1, MAX_PACKETS) }, () => packets.next().value))
  const malformedPacket = (): Made => fromMalformed(malformed.next().value, follower)
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

/** Encodes the packets. The generator's own packets are expected, so that our decoder need not be trusted. */
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

function fromMalformed({ bytes, code, rule, field, options, seenBy }: Malformed, follower: Uint8Array): Made {
  const followed = Buffer.concat([bytes, follower])
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
