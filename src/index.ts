// The public API: re-exports only.

export { decode } from './decode.ts'
export { encode, encodeAll, encodedLength, encodeInto, encodePublishHeader } from './encode.ts'
export type { DecodeErrorCode, EncodeErrorCode, TolerableCode } from './error-rules.ts'
export { DECODE_ERRORS, ENCODE_ERRORS } from './error-tables.ts'
export { type Action, DecodeError, EncodeError, MqttError } from './errors.ts'
export {
  decodeFixedHeader,
  encodeFixedHeader,
  type FixedHeader,
  type FixedHeaderInput,
} from './fixed-header.ts'
export { type Frame, topicBytes, withPacketId } from './frame.ts'
export type {
  DecodeOptions,
  EncodeOptions,
  ParserOptions,
  PieceParserOptions,
  Protocol,
  Refusable,
  Tolerance,
} from './options.ts'
export {
  MAX_PACKET_SIZE,
  MAX_REMAINING_LENGTH,
  PacketType,
  type PacketTypeName,
  type QoS,
  type Role,
} from './packet-types.ts'
export type { Puback, Pubcomp, Pubrec, Pubrel, Unsuback } from './packets/acknowledgement.ts'
export type { Connack, ConnackInput } from './packets/connack.ts'
export type { Connect, ConnectInput, Will, WillInput } from './packets/connect.ts'
export type { Disconnect, Pingreq, Pingresp } from './packets/empty.ts'
export type { Packet, PacketInput, PacketTo } from './packets/packet.ts'
export type { Publish, PublishHeaderInput, PublishInput } from './packets/publish.ts'
export type { Suback, SubackInput } from './packets/suback.ts'
export type { Subscribe, SubscribeInput, Subscription } from './packets/subscribe.ts'
export type { Unsubscribe, UnsubscribeInput } from './packets/unsubscribe.ts'
export { PacketParser } from './parser.ts'
export { type PacketOrPiece, PieceParser, type PublishPiece, type PublishStart } from './piece-parser.ts'
export { type PreparedPublish, type PublishOverrides, preparePublish } from './prepared-publish.ts'
export { presets } from './presets.ts'
export {
  type DecodePayloadStreamOptions,
  type DecodeStreamOptions,
  decodeStream,
  type StreamedPacketTo,
  type StreamedPublish,
} from './streams/decode-stream.ts'
export { PacketDecoderStream, PacketEncoderStream } from './streams/web-streams.ts'
export { topicCache } from './topic/cache.ts'
export { isTopicFilter, isTopicName, topicMatches } from './topic/rules.ts'
export type { EncodedBytes } from './wire/host.ts'
export {
  decodeRemainingLength,
  encodeRemainingLength,
  type RemainingLength,
} from './wire/remaining-length.ts'
