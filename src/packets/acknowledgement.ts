// The five packets that carry only a packet identifier: PUBACK §3.4, PUBREC §3.5, PUBREL §3.6,
// PUBCOMP §3.7, UNSUBACK §3.11.

import { checkUnusualPacketIdentifier, isPacketIdentifier } from '../encoding/checks.ts'
import { type Fields, packetFieldsOf } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import type { EncodeOptions } from '../options.ts'
import { FIRST_BYTE } from '../packet-types.ts'
import type { Reader } from '../wire/reader.ts'
import type { Outgoing } from '../wire/writer.ts'

export const ACKNOWLEDGEMENT_NAMES = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'] as const
export type AcknowledgementName = (typeof ACKNOWLEDGEMENT_NAMES)[number]

interface AcknowledgementOf<Name extends AcknowledgementName> {
  type: Name
  /** The packet identifier of the acknowledged packet, 1 to 65,535. */
  packetId: number
}

/** Acknowledges a PUBLISH with QoS 1 (§3.4). */
export type Puback = AcknowledgementOf<'puback'>
/** QoS 2, part 1: acknowledges receipt of a PUBLISH (§3.5). */
export type Pubrec = AcknowledgementOf<'pubrec'>
/** QoS 2, part 2: releases the PUBLISH (§3.6). */
export type Pubrel = AcknowledgementOf<'pubrel'>
/** QoS 2, part 3: the delivery is complete (§3.7). */
export type Pubcomp = AcknowledgementOf<'pubcomp'>
/** Acknowledges an UNSUBSCRIBE (§3.11). */
export type Unsuback = AcknowledgementOf<'unsuback'>

export type Acknowledgement = Puback | Pubrec | Pubrel | Pubcomp | Unsuback

/** An {@link Acknowledgement} to be encoded. */
export type AcknowledgementInput = Readonly<Acknowledgement>

export function readAcknowledgement<Name extends AcknowledgementName>(
  reader: Reader,
  type: Name,
): AcknowledgementOf<Name> {
  return { type, packetId: reader.packetIdentifier('§2.3.1') }
}

/** What distinguishes the five packet types. */
export interface AcknowledgementKind {
  readonly firstByte: number
  readonly fields: Fields<'type' | 'packetId'>
}

/** The five packet types, by name. */
export const ACKNOWLEDGEMENT_KINDS: Readonly<Record<AcknowledgementName, AcknowledgementKind>> =
  /* @__PURE__ */ kinds()

function kinds(): Record<AcknowledgementName, AcknowledgementKind> {
  const entries = ACKNOWLEDGEMENT_NAMES.map((packetType): [string, AcknowledgementKind] => [
    packetType,
    {
      firstByte: FIRST_BYTE[packetType],
      fields: packetFieldsOf(packetType, {
        packetId: { name: 'Packet Identifier', rule: '§2.3.1' },
      }),
    },
  ])
  return Object.fromEntries(entries) as Record<AcknowledgementName, AcknowledgementKind>
}

/** A checked acknowledgement. There is one reusable instance: it is written before the next one is checked. */
class OutgoingAcknowledgement implements Outgoing {
  readonly size = 4
  firstByte = 0
  private packetId = 0

  set(firstByte: number, packetId: number): this {
    this.firstByte = firstByte
    this.packetId = packetId
    return this
  }

  write(target: Uint8Array, offset: number): void {
    target[offset] = this.firstByte
    target[offset + 1] = 2
    target[offset + 2] = this.packetId >> 8
    target[offset + 3] = this.packetId
  }

  release(): void {}
}

const outgoing = /* @__PURE__ */ new OutgoingAcknowledgement()

export function prepareAcknowledgement(
  packet: AcknowledgementInput,
  kind: AcknowledgementKind,
  options: EncodeOptions | undefined,
): Outgoing {
  const { packetId } = packet
  if (!isPacketIdentifier(packetId)) checkUnusual(packet, packetId, kind, options)
  return outgoing.set(kind.firstByte, packetId)
}

/** Out of line to keep the path of valid packets small. */
function checkUnusual(
  packet: AcknowledgementInput,
  packetId: unknown,
  kind: AcknowledgementKind,
  options: EncodeOptions | undefined,
): void {
  checkFieldNames(packet, kind.fields)
  checkUnusualPacketIdentifier(packetId, kind.fields.packetId, options)
}
