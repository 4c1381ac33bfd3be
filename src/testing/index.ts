// The public API of `mqtt-wire/testing`: re-exports only. It builds on the core, which never imports it.

export { type Arbitraries, arbitraries } from './arbitraries/index.ts'
export type { PacketArbitraries } from './arbitraries/packets.ts'
export type { Session } from './arbitraries/session.ts'
export type { ChunkedStream, MutatedStream, PacketStream } from './arbitraries/streams.ts'
export type { MatchingPair } from './arbitraries/topic.ts'
export { applyCutting, type Cut, type Cutting } from './cut.ts'
export {
  cut,
  type GenerateOptions,
  generateMalformed,
  generatePackets,
  generateSessions,
  mutate,
} from './generate.ts'
export { type Field, layoutOf, type PacketLayout } from './layout.ts'
export type { Malformed } from './malformed/violation.ts'
export { applyMutations, MUTATION_KINDS, type Mutation, type MutationKind } from './mutation.ts'
export type { Raw, RawContent, RawLength, RawNumber, RawPrefixed, Verbatim } from './raw-field.ts'
export {
  type RawAcknowledgement,
  type RawConnack,
  type RawConnect,
  type RawEmpty,
  type RawLayout,
  type RawPacket,
  type RawPublish,
  type RawSuback,
  type RawSubscribe,
  type RawUnsubscribe,
  rawLayout,
  rawPacket,
} from './raw-packet.ts'
