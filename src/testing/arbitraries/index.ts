// `arbitraries(fc)`: all arbitraries in one object.

import type { DecodeErrorCode } from '../../error-rules.ts'
import type { Packet, PacketInput } from '../../packets/packet.ts'
import type { Arbitrary, Combinators } from '../combinators.ts'
import { malformed } from '../malformed/index.ts'
import type { Malformed } from '../malformed/violation.ts'
import { packetInput } from './input.ts'
import { anyPacket, type PacketArbitraries, packetArbitraries, packetIdentifier } from './packets.ts'
import { payload } from './payload.ts'
import { type Session, session } from './session.ts'
import {
  type ChunkedStream,
  chunked,
  type MutatedStream,
  mutated,
  type PacketStream,
  packetStream,
} from './streams.ts'
import { utf8Text } from './text.ts'
import { type MatchingPair, matchingPair, topicFilter, topicName } from './topic.ts'

/** The arbitraries: one per packet type, by its name, and the following. */
export interface Arbitraries extends PacketArbitraries {
  /** Any valid MQTT 3.1.1 packet, as `decode` returns it. */
  readonly packet: Arbitrary<Packet>
  /** Any packet that `encode` accepts: some defaults omitted, text instead of bytes. */
  readonly packetInput: Arbitrary<PacketInput>
  /** A topic name, 1 to 65,535 bytes. */
  readonly topicName: Arbitrary<string>
  /** A topic filter, 1 to 65,535 bytes. */
  readonly topicFilter: Arbitrary<string>
  /** A topic filter and a topic name that it matches. */
  readonly matchingPair: Arbitrary<MatchingPair>
  /** A packet identifier, 1 to 65,535. */
  readonly packetIdentifier: Arbitrary<number>
  /** Valid MQTT text, 0 to 65,535 bytes, weighted towards characters that break decoders. */
  readonly utf8Text: Arbitrary<string>
  /** Bytes, some of a length at which the Remaining Length of their PUBLISH grows by a byte. */
  readonly payload: Arbitrary<Uint8Array>
  /** One to six packets and their bytes. */
  readonly packetStream: Arbitrary<PacketStream>
  /** A packet stream in chunks: cut inside fixed headers and length prefixes, into single bytes, or with empty chunks. */
  readonly chunked: Arbitrary<ChunkedStream>
  /** A packet stream after one to eight mutations that take the layout of its fields into account. */
  readonly mutated: Arbitrary<MutatedStream>
  /** A packet with one violation, and the error that it must cause, for every code. */
  readonly malformed: Arbitrary<Malformed>
  /** The same as {@link malformed}, for one code. */
  malformedBy(code: DecodeErrorCode): Arbitrary<Malformed>
  /** What a client or a server sends from CONNECT to DISCONNECT. */
  readonly session: Arbitrary<Session>
}

/**
 * Creates arbitraries for property-based tests of MQTT 3.1.1 software. They shrink to small packets with simple fields.
 *
 * ```js
 * import fc from 'fast-check'
 * import { arbitraries } from 'mqtt-wire/testing'
 *
 * const { packet } = arbitraries(fc)
 * fc.assert(fc.property(packet, (packet) => { … }))
 * ```
 *
 * @param fc fast-check 3 or 4
 * @throws TypeError if it is missing
 */
export function arbitraries(fc: Combinators): Arbitraries {
  if (typeof fc?.constantFrom !== 'function') throw new TypeError('pass fast-check: arbitraries(fc)')
  const ample = packetArbitraries(fc, 'ample')
  const modest = packetArbitraries(fc, 'modest')
  const packet = anyPacket(fc, ample)
  const stream = packetStream(fc, anyPacket(fc, modest))
  return {
    ...ample,
    packet,
    packetInput: packetInput(fc, packet),
    topicName: topicName(fc),
    topicFilter: topicFilter(fc),
    matchingPair: matchingPair(fc),
    packetIdentifier: packetIdentifier(fc),
    utf8Text: utf8Text(fc),
    payload: payload(fc, 'ample'),
    packetStream: stream,
    chunked: chunked(fc, stream),
    mutated: mutated(fc, stream),
    malformed: malformed(fc),
    malformedBy: (code) => malformed(fc, code),
    session: session(fc, modest),
  }
}
