// Encodes packets: `prepare` checks the whole packet and returns an object that can write it.

import { refusalCount, refuseBecause, TYPE } from './encoding/field.ts'
import { checkEncodeOptions } from './encoding/options.ts'
import { TARGET_TOO_SMALL } from './error-rules.ts'
import { EncodeError } from './errors.ts'
import type { EncodeOptions } from './options.ts'
import { PACKET_TYPE_NAMES, packetTypeNameOf } from './packet-types.ts'
import { ACKNOWLEDGEMENT_KINDS, prepareAcknowledgement } from './packets/acknowledgement.ts'
import { prepareConnack } from './packets/connack.ts'
import { prepareConnect } from './packets/connect.ts'
import { prepareEmpty } from './packets/empty.ts'
import type { PacketInput } from './packets/packet.ts'
import {
  type PublishHeaderInput,
  type PublishInput,
  preparePublishHeader,
  preparePublishPacket,
} from './packets/publish.ts'
import { prepareSuback } from './packets/suback.ts'
import { prepareSubscribe } from './packets/subscribe.ts'
import { prepareUnsubscribe } from './packets/unsubscribe.ts'
import { show } from './show.ts'
import { assertBytes, copyInto } from './wire/bytes.ts'
import type { EncodedBytes } from './wire/host.ts'
import { allocate } from './wire/pool.ts'
import type { Outgoing } from './wire/writer.ts'

// V8 treats constants of this module as constants; it looks up imported ones at every use.
const { puback, pubrec, pubrel, pubcomp, unsuback } = ACKNOWLEDGEMENT_KINDS

/**
 * Encodes one packet.
 *
 * @param packet the packet; it is not modified, and each of its fields is read once
 * @param options the rules that the packet may break; default none
 * @returns a Buffer where the host has Buffer, otherwise a Uint8Array; small packets share one block of memory
 * @throws EncodeError for everything that {@link decode} would refuse, and for fields that are missing, unknown, of the
 *   wrong type, out of range or too long
 * @throws TypeError if the options are invalid
 */
export function encode(packet: PacketInput, options?: EncodeOptions): EncodedBytes {
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
 * Encodes one packet into `target`. If it throws, nothing was written. The target may overlap the packet's own bytes.
 *
 * @param offset the index in `target` of the first byte; default 0
 * @param options the rules that the packet may break; default none
 * @returns the number of bytes written
 * @throws EncodeError as {@link encode}, and `target-too-small` if the packet does not fit in `target` at `offset`
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
  if (!fits(size, target, offset)) refuseToWrite(outgoing)
  outgoing.write(target, offset)
  return size
}

/**
 * Encodes packets one after another into a single Buffer, so that one `socket.write` sends them all.
 *
 * @param packets an array or another iterable; each field of each packet is read once
 * @param options the rules that the packets may break; default none
 * @returns the bytes of all packets in order, as {@link encode} does; empty if there are no packets
 * @throws EncodeError as {@link encode}, for the first packet that is invalid; its `property` starts with the packet's index:
 *   `'packets[3].topic'`. What a getter throws is not changed, unless a call of `encode` in it was refused
 * @throws TypeError if `packets` is not iterable, or the options are invalid
 */
export function encodeAll(packets: Iterable<PacketInput>, options?: EncodeOptions): EncodedBytes {
  if (options !== undefined) checkEncodeOptions(options)
  // A getter of a packet may call encodeAll, too: each call has the scratch memory to itself.
  let memory = scratch ?? new Uint8Array(SCRATCH_SIZE)
  scratch = undefined
  let length = 0
  let index = 0
  for (const packet of packets) {
    const outgoing = prepareEntry(packet, index++, options)
    const end = length + outgoing.size
    if (end > memory.length) memory = grown(memory, length, end)
    outgoing.write(memory, length)
    length = end
  }
  const bytes = allocate(length)
  copyInto(bytes, 0, memory, 0, length)
  if (memory.length === SCRATCH_SIZE) scratch = memory
  return bytes
}

/** Does what {@link prepare} does. Its errors name the packet; what a getter throws is not changed. */
function prepareEntry(packet: PacketInput, index: number, options: EncodeOptions | undefined): Outgoing {
  const before = refusalCount()
  try {
    return prepare(packet, options)
  } catch (error) {
    // Without a refusal, a getter threw an EncodeError that it had from elsewhere.
    const isRefused = error instanceof EncodeError && refusalCount() !== before
    throw isRefused ? errorOfEntry(error, index) : error
  }
}

function errorOfEntry(error: EncodeError, index: number): EncodeError {
  const entry = `packets[${index}]`
  const property = error.property === undefined ? entry : `${entry}.${error.property}`
  const { code, rule, packetType, field, message } = error
  return new EncodeError(code, { rule, packetType, field, property, reason: message }, `${entry}: ${message}`)
}

/** Where `encodeAll` writes before it knows the total length. It is never exposed. */
let scratch: Uint8Array | undefined
const SCRATCH_SIZE = 32_768

/** A copy of the first `length` bytes with room for at least `minLength`. */
function grown(memory: Uint8Array, length: number, minLength: number): Uint8Array {
  const copy = new Uint8Array(Math.max(2 * memory.length, minLength))
  copyInto(copy, 0, memory, 0, length)
  return copy
}

/**
 * Encodes the part of a PUBLISH that precedes its payload. You send the payload after it, for example from a file.
 *
 * @param publish the packet; `payload` is ignored
 * @param payloadLength the length of the payload in bytes
 * @param options rules that the packet may break; default none
 * @returns its bytes, as {@link encode} does
 * @throws EncodeError as {@link encode}; `packet-too-large` or `value-out-of-range` for `payloadLength`
 * @throws TypeError if the options are invalid
 */
export function encodePublishHeader(
  publish: PublishHeaderInput,
  payloadLength: number,
  options?: EncodeOptions,
): EncodedBytes {
  if (options !== undefined) checkEncodeOptions(options)
  const isObject = typeof publish === 'object' && publish !== null
  const type: unknown = isObject ? (publish.type ?? 'publish') : undefined
  if (type !== 'publish') refusePacketType(type, publish)
  const outgoing = preparePublishHeader(publish, payloadLength, options)
  const bytes = allocate(outgoing.size)
  outgoing.write(bytes, 0)
  return bytes
}

/**
 * Checks the whole packet. Write or release the result before you prepare the next packet.
 *
 * PUBLISH dominates and is tested first: as a case of the switch it makes encode take 1.1 times as long on Node 20.
 */
function prepare(packet: PacketInput, options: EncodeOptions | undefined): Outgoing {
  if (options !== undefined) checkEncodeOptions(options)
  const type: unknown = packet?.type // in a variable, so that it is read only once
  return type === 'publish'
    ? preparePublishPacket(packet as PublishInput, options)
    : // Any member of the union would do: the switch has a default.
      prepareOther(type as 'puback', packet as PacketInput & { type: 'puback' }, options)
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
      return refusePacketType(type, packet)
  }
}

/** Whether the target has room for the last byte. Its `length` may be outdated: getters of the packet can shrink it. */
export function fits(size: number, target: Uint8Array, offset: number): boolean {
  return Number.isInteger(offset) && offset >= 0 && target[offset + size - 1] !== undefined
}

function refuseToWrite(outgoing: Outgoing): never {
  outgoing.release()
  refuseTarget(packetTypeNameOf(outgoing.firstByte))
}

export function refuseTarget(packetType: string | undefined): never {
  refuseBecause('target-too-small', { packetType }, TARGET_TOO_SMALL)
}

const NAMES = /* @__PURE__ */ PACKET_TYPE_NAMES.join(', ')

/** Refuses a `type` that is not a packet type (§2.2.1). */
function refusePacketType(type: unknown, packet: unknown): never {
  const isObject = typeof packet === 'object' && packet !== null
  const { cmd } = isObject ? (packet as { cmd?: unknown }) : {}
  refuseBecause(
    'unknown-packet-type',
    TYPE,
    isObject
      ? `must be one of ${NAMES}, not ${show(type)}${cmd === undefined ? '' : '; use type instead of cmd'}`
      : `must be a property of an object, but the packet is ${show(packet)}`,
  )
}
