// The three packets without a body: PINGREQ §3.12, PINGRESP §3.13, DISCONNECT §3.14.

import { packetFieldsOf } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import { Body, type Outgoing } from '../wire/writer.ts'

type EmptyName = 'pingreq' | 'pingresp' | 'disconnect'

interface EmptyOf<Name extends EmptyName> {
  type: Name
}

/** Sent by a client to show that it is alive (§3.12). */
export type Pingreq = EmptyOf<'pingreq'>
/** The server's response to a PINGREQ (§3.13). */
export type Pingresp = EmptyOf<'pingresp'>
/** Sent by a client before it closes the connection. The server discards the will (§3.14). */
export type Disconnect = EmptyOf<'disconnect'>

export type Empty = Pingreq | Pingresp | Disconnect

/** An {@link Empty} to be encoded. */
export type EmptyInput = Readonly<Empty>

// Always valid, always the same two bytes and never modified: one instance of each is enough.
const outgoing = {
  pingreq: new Body('pingreq').end(),
  pingresp: new Body('pingresp').end(),
  disconnect: new Body('disconnect').end(),
} as const
const FIELDS = {
  pingreq: packetFieldsOf('pingreq', {}),
  pingresp: packetFieldsOf('pingresp', {}),
  disconnect: packetFieldsOf('disconnect', {}),
} as const

export function prepareEmpty(packet: EmptyInput, type: EmptyName): Outgoing {
  checkFieldNames(packet, FIELDS[type])
  return outgoing[type]
}
