// A reference encoder. It is simple rather than fast, and independent of all contestants, which are checked against it.

import type { PacketTypeName } from '../../../index.ts'
import type { TrafficPacket } from './packet.ts'

const FIRST_BYTES: Readonly<Record<PacketTypeName, number>> = {
  connect: 0x10,
  connack: 0x20,
  publish: 0x30,
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
  subscribe: 0x82,
  suback: 0x90,
  unsubscribe: 0xa2,
  unsuback: 0xb0,
  pingreq: 0xc0,
  pingresp: 0xd0,
  disconnect: 0xe0,
}

export function bytesOf(packet: TrafficPacket): Buffer {
  const body = Buffer.concat(BODIES[packet.type]?.(packet as Fields) ?? identifier(packet))
  return Buffer.concat([fixedHeader(FIRST_BYTES[packet.type] | flagsOf(packet), body.length), body])
}

/** @param size the minimum number of bytes for the Remaining Length, which is padded if it needs fewer */
export function fixedHeader(firstByte: number, remainingLength: number, size = 1): Buffer {
  const bytes = [firstByte]
  let rest = remainingLength
  do {
    bytes.push(rest % 128)
    rest = Math.floor(rest / 128)
  } while (rest > 0 || bytes.length <= size)
  return Buffer.from(bytes.map((byte, at) => (at === 0 || at === bytes.length - 1 ? byte : byte | 0x80)))
}

function flagsOf({ type, dup, qos = 0, retain }: TrafficPacket): number {
  return type === 'publish' ? (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0) : 0
}

/** A packet with all fields of its type. */
type Fields = Required<Omit<TrafficPacket, 'will' | 'username' | 'password'>> &
  Pick<TrafficPacket, 'will' | 'username' | 'password'> & { readonly packetId: number }

const BODIES: Readonly<Partial<Record<PacketTypeName, (packet: Fields) => Buffer[]>>> = {
  connect: ({ clientId, cleanSession, keepAlive, will, username, password }) => [
    text('MQTT'),
    Buffer.from([
      4,
      (cleanSession ? 2 : 0) |
        (will ? 4 | (will.qos << 3) | (will.retain ? 0x20 : 0) : 0) |
        (password === undefined ? 0 : 0x40) |
        (username === undefined ? 0 : 0x80),
    ]),
    uint16(keepAlive),
    text(clientId),
    ...(will ? [text(will.topic), prefixed(will.payload)] : []),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [prefixed(password)]),
  ],
  connack: ({ sessionPresent, returnCode }) => [Buffer.from([sessionPresent ? 1 : 0, returnCode])],
  publish: ({ topic, qos, packetId, payload }) => [
    text(topic),
    ...(qos > 0 ? [uint16(packetId)] : []),
    payload,
  ],
  subscribe: ({ packetId, subscriptions }) => [
    uint16(packetId),
    ...subscriptions.flatMap(({ topicFilter, qos }) => [text(topicFilter), Buffer.from([qos])]),
  ],
  suback: ({ packetId, returnCodes }) => [uint16(packetId), Buffer.from(returnCodes)],
  unsubscribe: ({ packetId, topicFilters }) => [uint16(packetId), ...topicFilters.map(text)],
}

function identifier({ packetId }: TrafficPacket): Buffer[] {
  return packetId === undefined ? [] : [uint16(packetId)]
}

function text(string: string): Buffer {
  return prefixed(Buffer.from(string))
}

function prefixed(bytes: Buffer): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes])
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}
