// The three packets without a body: PINGREQ §3.12, PINGRESP §3.13, DISCONNECT §3.14.

import { checkFieldNames, fieldNames } from '../field-names.ts'
import { FIRST_BYTE } from '../packet-types.ts'
import type { Outgoing } from '../wire/writer.ts'

type EmptyName = 'pingreq' | 'pingresp' | 'disconnect'

interface EmptyOf<Name extends EmptyName> {
  type: Name
}

/** A client shows that it is alive (§3.12). */
export type Pingreq = EmptyOf<'pingreq'>
/** The server answers a PINGREQ (§3.13). */
export type Pingresp = EmptyOf<'pingresp'>
/** A client ends the connection, and its will with it (§3.14). */
export type Disconnect = EmptyOf<'disconnect'>

export type Empty = Pingreq | Pingresp | Disconnect

/** An {@link Empty} to be encoded. */
export type EmptyInput = Readonly<Empty>

/** A packet without a body: always valid, and always the same two bytes. */
class OutgoingEmpty implements Outgoing {
  readonly size = 2
  readonly firstByte: number

  constructor(firstByte: number) {
    this.firstByte = firstByte
  }

  write(target: Uint8Array, offset: number): void {
    target[offset] = this.firstByte
    target[offset + 1] = 0
  }

  release(): void {}
}

const outgoing = {
  pingreq: new OutgoingEmpty(FIRST_BYTE.pingreq),
  pingresp: new OutgoingEmpty(FIRST_BYTE.pingresp),
  disconnect: new OutgoingEmpty(FIRST_BYTE.disconnect),
} as const
const NAMES = {
  pingreq: fieldNames('pingreq', ['type']),
  pingresp: fieldNames('pingresp', ['type']),
  disconnect: fieldNames('disconnect', ['type']),
} as const

export function prepareEmpty(packet: EmptyInput, type: EmptyName): Outgoing {
  checkFieldNames(packet, NAMES[type])
  return outgoing[type]
}
