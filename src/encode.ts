// A packet into its bytes: `prepare` checks all of it, what it returns can be written.

import { checkEncodeOptions } from './encode-options.ts'
import { EncodeError } from './errors.ts'
import type { EncodeOptions } from './options.ts'
import { CONTROL_PACKETS, packetTypeNameOf } from './packet-types.ts'
import { ACKNOWLEDGEMENTS, prepareAcknowledgement } from './packets/acknowledgement.ts'
import { prepareConnack } from './packets/connack.ts'
import { prepareConnect } from './packets/connect.ts'
import { prepareEmpty } from './packets/empty.ts'
import type { PacketInput } from './packets/packet.ts'
import {
  type PublishHeaderInput,
  type PublishInput,
  preparePublish,
  preparePublishHeader,
} from './packets/publish.ts'
import { prepareSuback } from './packets/suback.ts'
import { prepareSubscribe } from './packets/subscribe.ts'
import { prepareUnsubscribe } from './packets/unsubscribe.ts'
import { show } from './show.ts'
import { assertBytes } from './wire/bytes.ts'
import { allocate } from './wire/pool.ts'
import type { Outgoing } from './wire/writer.ts'

// Constants of this module are constants to V8; what is imported is looked up at every use.
const { puback, pubrec, pubrel, pubcomp, unsuback } = ACKNOWLEDGEMENTS

/**
 * Encodes one packet.
 *
 * @param packet is not changed, and each of its fields is read once
 * @param options rules that the packet may break; default none
 * @returns its bytes: a Buffer where there is Buffer, else a Uint8Array; small ones share memory with others
 * @throws EncodeError for anything that {@link decode} would refuse, and for fields that are missing, unknown, of the wrong
 *   type, out of range or too long
 * @throws TypeError if the options are invalid
 */
export function encode(packet: PacketInput, options?: EncodeOptions): Uint8Array {
  const outgoing = prepare(packet, options)
  const bytes = allocate(outgoing.size)
  outgoing.write(bytes, 0)
  return bytes
}

/**
 * Returns the number of bytes that {@link encode} would return.
 *
 * @throws EncodeError as {@link encode}
 * @throws TypeError if the options are invalid
 */
export function encodedLength(packet: PacketInput, options?: EncodeOptions): number {
  const outgoing = prepare(packet, options)
  outgoing.release()
  return outgoing.size
}

/**
 * Encodes one packet into `target`, all of it or nothing. The target may overlap the packet's own bytes.
 *
 * @param offset where in `target` its first byte goes; default 0
 * @param options rules that the packet may break; default none
 * @returns the number of bytes written
 * @throws EncodeError as {@link encode}, and `target-too-small` if the packet does not fit from `offset` on
 * @throws TypeError if `target` is not a Uint8Array, or the options are invalid
 */
export function encodeInto(
  packet: PacketInput,
  target: Uint8Array,
  offset = 0,
  options?: EncodeOptions,
): number {
  assertBytes(target)
  const outgoing = prepare(packet, options)
  const { size } = outgoing
  if (!fits(size, target, offset)) refuseTarget(outgoing)
  outgoing.write(target, offset)
  return size
}

/**
 * Encodes everything of a PUBLISH that precedes its payload, so that the payload can be sent after it from wherever it is.
 *
 * @param publish `payload`, if there is one, is not looked at
 * @param payloadLength in bytes
 * @throws EncodeError as {@link encode}; `packet-too-large` or `value-out-of-range` for the payload's length
 */
export function encodePublishHeader(publish: PublishHeaderInput, payloadLength: number): Uint8Array {
  const isObject = typeof publish === 'object' && publish !== null
  const type: unknown = isObject ? (publish.type ?? 'publish') : undefined
  if (type !== 'publish') refuseType(type, publish)
  const outgoing = preparePublishHeader(publish, payloadLength)
  const bytes = allocate(outgoing.size)
  outgoing.write(bytes, 0)
  return bytes
}

/**
 * Checks the whole packet. What is returned must be written or released before the next packet is prepared.
 *
 * PUBLISH dominates and is asked for first: with it in the switch, encode takes 1.1 times as long on Node 20.
 */
function prepare(packet: PacketInput, options: EncodeOptions | undefined): Outgoing {
  if (options !== undefined) checkEncodeOptions(options)
  const type: unknown = packet?.type // apart from the packet: it is read once
  return type === 'publish'
    ? preparePublish(packet as PublishInput, options)
    : prepareOther(type as 'puback', packet as PacketInput & { type: 'puback' }, options)
}

type Preparation = (
  ...args: {
    [Type in PacketInput['type']]: [Type, Extract<PacketInput, { type: Type }>, EncodeOptions | undefined]
  }[Exclude<PacketInput['type'], 'publish'>]
) => Outgoing

const prepareOther: Preparation = (type, packet, options) => {
  switch (type) {
    case 'puback':
      return prepareAcknowledgement(packet, puback, options)
    case 'pubrec':
      return prepareAcknowledgement(packet, pubrec, options)
    case 'pubrel':
      return prepareAcknowledgement(packet, pubrel, options)
    case 'pubcomp':
      return prepareAcknowledgement(packet, pubcomp, options)
    case 'unsuback':
      return prepareAcknowledgement(packet, unsuback, options)
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return prepareEmpty(packet, type)
    case 'connect':
      return prepareConnect(packet, options)
    case 'connack':
      return prepareConnack(packet, options)
    case 'subscribe':
      return prepareSubscribe(packet, options)
    case 'suback':
      return prepareSuback(packet, options)
    case 'unsubscribe':
      return prepareUnsubscribe(packet, options)
    default:
      return refuseType(type, packet)
  }
}

/** Whether the target has a place for the last byte, whatever its length says: getters of the packet may have changed it. */
function fits(size: number, target: Uint8Array, offset: number): boolean {
  return Number.isInteger(offset) && offset >= 0 && target[offset + size - 1] !== undefined
}

function refuseTarget(outgoing: Outgoing): never {
  outgoing.release()
  throw new EncodeError('target-too-small', { packetType: packetTypeNameOf(outgoing.firstByte) })
}

const NAMES = CONTROL_PACKETS.flatMap((packet) => packet?.name ?? []).join(', ')

/** Refuses what is not the type of a packet (§2.2.1). */
function refuseType(type: unknown, packet: unknown): never {
  const isObject = typeof packet === 'object' && packet !== null
  const { cmd } = isObject ? (packet as { cmd?: unknown }) : {}
  throw new EncodeError('unknown-packet-type', {
    field: 'Control Packet type',
    property: 'type',
    reason: isObject
      ? `is one of ${NAMES}, not ${show(type)}${cmd === undefined ? '' : '; use type instead of cmd'}`
      : `is a field of an object; ${show(packet)} is none`,
  })
}
