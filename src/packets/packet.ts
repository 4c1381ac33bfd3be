// The union of all fourteen packets, discriminated by `type`.

import type { Role } from '../packet-types.ts'
import type { Acknowledgement, AcknowledgementInput } from './acknowledgement.ts'
import type { Connack, ConnackInput } from './connack.ts'
import type { Connect, ConnectInput } from './connect.ts'
import type { Empty, EmptyInput } from './empty.ts'
import type { Publish, PublishInput } from './publish.ts'
import type { Suback, SubackInput } from './suback.ts'
import type { Subscribe, SubscribeInput } from './subscribe.ts'
import type { Unsubscribe, UnsubscribeInput } from './unsubscribe.ts'

/** A decoded packet. Its binary fields are of the same kind as the bytes that it was decoded from. */
export type Packet<Bytes extends Uint8Array = Uint8Array> =
  | Connect<Bytes>
  | Connack
  | Publish<Bytes>
  | Acknowledgement
  | Subscribe
  | Suback
  | Unsubscribe
  | Empty

/** The packets that a client may send (Table 2.1). */
type FromClient<Bytes extends Uint8Array> =
  | Connect<Bytes>
  | Publish<Bytes>
  | Exclude<Acknowledgement, { type: 'unsuback' }>
  | Subscribe
  | Unsubscribe
  | Exclude<Empty, { type: 'pingresp' }>

/** The packets that a server may send (Table 2.1). */
type FromServer<Bytes extends Uint8Array> =
  | Connack
  | Publish<Bytes>
  | Acknowledgement
  | Suback
  | Extract<Empty, { type: 'pingresp' }>

/** The packets that a peer may send to this role: a client's to a server, a server's to a client. */
export type PacketTo<R extends Role, Bytes extends Uint8Array = Uint8Array> = [Role] extends [R]
  ? Packet<Bytes>
  : R extends 'server'
    ? FromClient<Bytes>
    : FromServer<Bytes>

/** A packet to be encoded: as {@link Packet}, but fields with an obvious default are optional and binary fields accept text. */
export type PacketInput =
  | ConnectInput
  | ConnackInput
  | PublishInput
  | AcknowledgementInput
  | SubscribeInput
  | SubackInput
  | UnsubscribeInput
  | EmptyInput
