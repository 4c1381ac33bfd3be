// The fields of MQTT 3.1.1 as data: the kind of each, where the standard defines it, and what its values mean.

import type { PacketTypeName } from '../index.ts'
import { DUP, flagsOf, qosOf, RETAIN } from '../packet-types.ts'
import { show } from '../show.ts'
import { remainingLengthSize } from '../wire/remaining-length.ts'
import type { FieldKind } from './types.ts'

/** The version whose rules apply. */
export type Version = '3.1.1' | '3.1'

/** A part of a byte. */
export interface BitField {
  readonly name: string
  readonly section: string
  readonly kind: FieldKind
  readonly bits: readonly [high: number, low: number]
  meaning(value: number, version: Version): string
}

/** A field after the fixed header. */
export interface FieldRow {
  readonly kind: FieldKind
  readonly section: string
  /** The part of the packet that it belongs to. */
  readonly part: 'variableHeader' | 'payload'
  meaning(value: number, version: Version): string
  readonly bits?: readonly BitField[]
}

type Describe = FieldRow['meaning']

const QOS_MEANINGS = ['QoS 0: at most once', 'QoS 1: at least once', 'QoS 2: exactly once', 'QoS 3: reserved']
const CONNACK_MEANINGS = [
  'connection accepted',
  'unacceptable protocol version',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
]

const FAILURE = 0x80

const qosMeaning: Describe = (qos) => QOS_MEANINGS[qos]!
const flag =
  (set: string, clear: string): Describe =>
  (value) =>
    value === 0 ? clear : set
const reserved: Describe = (value) => (value === 0 ? 'reserved, 0' : `reserved, but ${value}`)

function bit(name: string, section: string, at: number, set: string, clear: string): BitField {
  return { name, section, kind: 'flags', bits: [at, at], meaning: flag(set, clear) }
}

// biome-ignore format: one row per field
const PACKET_TYPE: Omit<BitField, 'meaning'> = { name: 'Control Packet type', section: '§2.2.1', kind: 'type', bits: [7, 4] }

// biome-ignore format: one row per field
const PUBLISH_FLAGS: readonly BitField[] = [
  bit('DUP flag', '§3.3.1.1', 3, 'may have been sent before', 'sent for the first time'),
  { name: 'QoS level', section: '§3.3.1.2', kind: 'flags', bits: [2, 1], meaning: qosMeaning },
  bit('RETAIN', '§3.3.1.3', 0, 'retained', 'not retained'),
]

const OTHER_FLAGS: readonly BitField[] = [
  {
    name: 'Flags',
    section: '§2.2.2',
    kind: 'flags',
    bits: [3, 0],
    meaning: (flags) => `reserved, ${binary(flags, 4)}`,
  },
]

/** The parts of a fixed header's first byte. */
export function firstByteFields(type: PacketTypeName | undefined): readonly BitField[] {
  const meaning: Describe = (value) =>
    type === undefined ? `${value}: reserved` : `${value}: ${type.toUpperCase()}`
  return [{ ...PACKET_TYPE, meaning }, ...(type === 'publish' ? PUBLISH_FLAGS : OTHER_FLAGS)]
}

/** `'PUBLISH, QoS 1, DUP'` */
export function firstByteMeaning(type: PacketTypeName | undefined, firstByte: number): string {
  if (type === undefined) return 'reserved packet type'
  if (type !== 'publish') return type.toUpperCase()
  const flags = flagsOf(firstByte)
  const qos = `QoS ${qosOf(flags)}`
  return [
    'PUBLISH',
    qos,
    ...((flags & DUP) !== 0 ? ['DUP'] : []),
    ...((flags & RETAIN) !== 0 ? ['RETAIN'] : []),
  ].join(', ')
}

// biome-ignore format: one row per field
const CONNECT_FLAGS: readonly BitField[] = [
  bit('User Name Flag', '§3.1.2.8', 7, 'a user name follows', 'no user name'),
  bit('Password Flag', '§3.1.2.9', 6, 'a password follows', 'no password'),
  bit('Will Retain', '§3.1.2.7', 5, 'the will is retained', 'the will is not retained'),
  { name: 'Will QoS', section: '§3.1.2.6', kind: 'flags', bits: [4, 3], meaning: qosMeaning },
  bit('Will Flag', '§3.1.2.5', 2, 'a will follows', 'no will'),
  bit('Clean Session', '§3.1.2.4', 1, 'start a new session', 'resume the session, if there is one'),
  { name: 'Reserved', section: '§3.1.2.3', kind: 'flags', bits: [0, 0], meaning: reserved },
]

const CONNACK_FLAGS: readonly BitField[] = [
  { name: 'Reserved', section: '§3.2.2.1', kind: 'flags', bits: [7, 1], meaning: reserved },
  {
    name: 'Session Present',
    section: '§3.2.2.2',
    kind: 'flags',
    bits: [0, 0],
    meaning: (value, version) => {
      if (version === '3.1') return 'not used in MQTT 3.1'
      return value === 0 ? 'no stored session' : 'the server has stored this session'
    },
  },
]

const REQUESTED_QOS: readonly BitField[] = [
  { name: 'Reserved', section: '§3.8.3', kind: 'flags', bits: [7, 2], meaning: reserved },
  { name: 'QoS', section: '§3.8.3', kind: 'flags', bits: [1, 0], meaning: qosMeaning },
]

const asBits: Describe = (value) => `0b${binary(value, 8)}`
const nothing: Describe = () => ''

function packetIdentifier(section: string): FieldRow {
  return { kind: 'identifier', section, part: 'variableHeader', meaning: (value) => `identifier ${value}` }
}

const acknowledgement = (section: string) => ({ 'Packet Identifier': packetIdentifier(section) })

const text = (section: string, part: FieldRow['part']): FieldRow => {
  return { kind: 'text', section, part, meaning: nothing }
}

const data = (section: string): FieldRow => ({ kind: 'binary', section, part: 'payload', meaning: nothing })

/** The fields after the fixed header, by packet type and by the name that decode passes to the Reader. */
// biome-ignore format: one row per field
export const FIELDS: Readonly<Record<PacketTypeName, Readonly<Record<string, FieldRow>>>> = {
  connect: {
    'Protocol Name': text('§3.1.2.1', 'variableHeader'),
    'Protocol Level': { kind: 'number', section: '§3.1.2.2', part: 'variableHeader', meaning: protocolLevel },
    'Connect Flags': { kind: 'flags', section: '§3.1.2.3', part: 'variableHeader', meaning: asBits, bits: CONNECT_FLAGS },
    'Keep Alive': { kind: 'number', section: '§3.1.2.10', part: 'variableHeader', meaning: (seconds) => seconds === 0 ? 'keep alive off' : `keep alive ${seconds} s` },
    'Client Identifier': text('§3.1.3.1', 'payload'),
    'Will Topic': text('§3.1.3.2', 'payload'),
    'Will Message': data('§3.1.3.3'),
    'User Name': text('§3.1.3.4', 'payload'),
    Password: data('§3.1.3.5'),
  },
  connack: {
    'Connect Acknowledge Flags': { kind: 'flags', section: '§3.2.2.1', part: 'variableHeader', meaning: asBits, bits: CONNACK_FLAGS },
    'Return Code': { kind: 'code', section: '§3.2.2.3', part: 'variableHeader', meaning: (code) => `return code ${code}: ${CONNACK_MEANINGS[code] ?? 'reserved'}` },
  },
  publish: {
    'Topic Name': text('§3.3.2.1', 'variableHeader'),
    'Packet Identifier': packetIdentifier('§3.3.2.2'),
    Payload: data('§3.3.3'),
  },
  puback: acknowledgement('§3.4.2'),
  pubrec: acknowledgement('§3.5.2'),
  pubrel: acknowledgement('§3.6.2'),
  pubcomp: acknowledgement('§3.7.2'),
  subscribe: {
    'Packet Identifier': packetIdentifier('§3.8.2'),
    'Topic Filter': text('§3.8.3', 'payload'),
    'Requested QoS': { kind: 'flags', section: '§3.8.3', part: 'payload', meaning: (byte) => qosMeaning(byte & 0b11, '3.1.1'), bits: REQUESTED_QOS },
  },
  suback: {
    'Packet Identifier': packetIdentifier('§3.9.2'),
    'Return Code': { kind: 'code', section: '§3.9.3', part: 'payload', meaning: subackCode },
  },
  unsubscribe: {
    'Packet Identifier': packetIdentifier('§3.10.2'),
    'Topic Filter': text('§3.10.3', 'payload'),
  },
  unsuback: acknowledgement('§3.11.2'),
  pingreq: {},
  pingresp: {},
  disconnect: {},
}

const BRIDGE = 0x80

function protocolLevel(level: number): string {
  const version = { 3: 'MQTT 3.1', 4: 'MQTT 3.1.1', 5: 'MQTT 5' }[level & ~BRIDGE]
  if (version === undefined) return `level ${level}: unknown`
  return `level ${level}: ${version}${(level & BRIDGE) === 0 ? '' : ', from a bridge'}`
}

function subackCode(code: number): string {
  if (code === FAILURE) return 'return code 0x80: failure'
  return `return code ${code}: ${code < 3 ? `granted, at most QoS ${code}` : 'reserved'}`
}

/** What a Remaining Length means. */
export function remainingLengthMeaning(value: number, length: number): string {
  const shortest = remainingLengthSize(value)
  const follow = `${count(value)} follow${value === 1 ? 's' : ''}`
  return length === shortest ? follow : `${follow}; the shortest form takes ${count(shortest)}`
}

/** `value` in binary notation. */
function binary(value: number, digits: number): string {
  return value.toString(2).padStart(digits, '0')
}

/** `'1 byte'`, `'2 bytes'` */
export function count(bytes: number): string {
  return `${bytes.toLocaleString('en')} byte${bytes === 1 ? '' : 's'}`
}

/** The length of binary data, and its beginning if it is printable text. */
export function binaryMeaning(length: number, text: string | undefined): string {
  if (length === 0) return 'empty'
  const isPrintable = text !== undefined && !/[^\P{C}\t\r\n]/u.test(text)
  return isPrintable ? `${count(length)}, ${show(text)}` : count(length)
}
