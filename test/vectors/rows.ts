// Functions with which the sections declare rows. They do not use the library.

import { bytesOf, type Mark, notated } from './notation.ts'
import {
  isWhole,
  NOT_WHOLE,
  OTHER_PROTOCOL_LEVEL,
  OTHER_PROTOCOL_NAME,
  permissionToRefuse,
} from './permissions.ts'
import type {
  Breach,
  HeaderVector,
  MalformedVector,
  MatchingVector,
  Permission,
  StreamVector,
  ValidVector,
  VectorPacket,
} from './vectors.d.cts'

/** The rows of one part of the standard. */
export interface Section {
  readonly valid?: readonly ValidVector[]
  readonly malformed?: readonly MalformedVector[]
  readonly streams?: readonly StreamVector[]
  readonly headers?: readonly HeaderVector[]
  readonly matching?: readonly MatchingVector[]
}

/** The rule of each code, unless a row gives a more specific one. */
const RULES = {
  'reserved-packet-type': '§2.2.1',
  'unexpected-packet-type': '§2.2.1',
  'remaining-length-too-long': '§2.2.3',
  'packet-too-large': '§2.2.3',
  'body-too-short': '§2.2.3',
  'surplus-bytes': '§2.2.3',
  'invalid-qos': 'MQTT-3.3.1-4',
  'reserved-flags': 'MQTT-2.2.2-2',
  'dup-with-qos-0': 'MQTT-3.3.1-2',
  'packet-identifier-zero': 'MQTT-2.3.1-1',
  'ill-formed-utf8': 'MQTT-1.5.3-1',
  'null-character': 'MQTT-1.5.3-2',
  'empty-topic-name': 'MQTT-4.7.3-1',
  'wildcard-in-topic-name': 'MQTT-3.3.2-2',
  'empty-topic-filter': 'MQTT-4.7.3-1',
  'misplaced-multi-level-wildcard': 'MQTT-4.7.1-2',
  'misplaced-single-level-wildcard': 'MQTT-4.7.1-3',
  'control-character': '§1.5.3',
  'non-character': '§1.5.3',
  'unknown-protocol-name': 'MQTT-3.1.2-1',
  'unsupported-protocol-level': 'MQTT-3.1.2-2',
  'connect-reserved-flag': 'MQTT-3.1.2-3',
  'will-qos-without-will': 'MQTT-3.1.2-13',
  'will-retain-without-will': 'MQTT-3.1.2-15',
  'password-without-username': 'MQTT-3.1.2-22',
  'empty-client-identifier': 'MQTT-3.1.3-8',
  'connack-reserved-bits': '§3.2.2.1',
  'reserved-connack-code': '§3.2.2.3',
  'session-present-with-refusal': 'MQTT-3.2.2-4',
  'no-topic-filter': 'MQTT-3.8.3-3',
  'requested-qos-reserved-bits': 'MQTT-3-8.3-4',
  'no-return-code': '§3.9.3',
  'reserved-suback-code': 'MQTT-3.9.3-2',
  'topic-too-long': '§4.7.3',
  'too-many-topic-levels': '§4.7.3',
  'too-many-topic-filters': '§3.8.3',
} as const

export type Code = keyof typeof RULES

/** A violation: the code, the field, and the rule if it is a more specific one. The notation marks its position. */
export type Wrong = readonly [code: Code, field?: string, rule?: string]

const ANSWERS: Partial<Record<Code, MalformedVector['action']>> = {
  'unsupported-protocol-level': { connack: 1 },
  'empty-client-identifier': { connack: 2 },
}

const SUBSCRIBE = 8

/** For a filter that it refuses, a server may close the connection or return a failure code (§3.9.3). */
const isAnsweredBySuback = ([code]: Wrong, bytes: Buffer): boolean =>
  code.startsWith('misplaced-') && bytes[0]! >> 4 === SUBSCRIBE

/** [MQTT-2.3.1-1] is about SUBSCRIBE, UNSUBSCRIBE and PUBLISH. It implies that their answers cannot have 0 either. */
const isInferred = ([code, , rule]: Wrong): boolean => code === 'packet-identifier-zero' && rule === '§2.3.1'

/** Table 2.1. */
export const PACKET_TYPES = [
  undefined,
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  undefined,
] as const

/** A Remaining Length that is smaller than the mandatory fields of the type. */
export const lengthTooShort = (type: PacketType): Wrong => [
  'body-too-short',
  'Remaining Length',
  lengthRule(type),
]

/** A Remaining Length that is larger than all fields of the type. */
export const lengthTooLong = (type: PacketType): Wrong => [
  'surplus-bytes',
  'Remaining Length',
  lengthRule(type),
]

type PacketType = NonNullable<(typeof PACKET_TYPES)[number]>

/** The section on the type's fixed header: §3.1.1 for CONNECT, and so on. */
const lengthRule = (type: PacketType): string => `§3.${PACKET_TYPES.indexOf(type)}.1`

function breach([code, field, rule = RULES[code]]: Wrong, mark: Mark | undefined): Breach {
  if (mark === undefined) throw new SyntaxError(`${code} is not marked`)
  return { code, rule, ...(field !== undefined && { field }), offset: mark.offset }
}

const packetTypeAt = (bytes: Buffer, index: number): { packetType?: string } => {
  const packetType = PACKET_TYPES[bytes[index]! >> 4]
  return packetType === undefined ? {} : { packetType }
}

type Requirement = Pick<ValidVector, 'requirement' | 'permission'>

/** A receiver must follow its options. */
function requirementOf(permission: Permission | undefined, options: unknown): Requirement {
  if (permission === undefined || options !== undefined) return { requirement: 'must' }
  return { requirement: 'may', permission }
}

/** Why a receiver need not refuse a violation. */
function permissionToAccept(code: Code, bytes: Buffer, start: number): Permission | undefined {
  if (code === 'unknown-protocol-name') return OTHER_PROTOCOL_NAME
  if (code === 'unsupported-protocol-level') return OTHER_PROTOCOL_LEVEL
  return isWhole(bytes, start) ? undefined : NOT_WHOLE
}

type Extra<Row> = Partial<Pick<Row, Extract<keyof Row, 'also' | 'options' | 'advisory'>>>

export function valid(
  name: string,
  notation: string,
  packet: VectorPacket,
  rule: string,
  extra: Extra<ValidVector> & { readOnly?: true } = {},
): ValidVector {
  const hex = bytesOf(notation).toString('hex')
  const requirement = requirementOf(permissionToRefuse(hex, packet), extra.options)
  return { name, hex, packet, rule, ...requirement, ...extra }
}

export function malformed(
  name: string,
  notation: string,
  wrong: Wrong,
  extra: Extra<MalformedVector> & {
    tolerated?: VectorPacket
    further?: readonly Wrong[]
    found?: number
  } = {},
): MalformedVector {
  const { bytes, marks } = notated(notation)
  const { further, ...rest } = extra
  return {
    name,
    hex: bytes.toString('hex'),
    ...breach(wrong, marks[0]),
    ...requirementOf(permissionToAccept(wrong[0], bytes, 0), extra.options),
    ...(isInferred(wrong) && { inferred: true }),
    action: ANSWERS[wrong[0]] ?? 'close',
    ...(isAnsweredBySuback(wrong, bytes) && { alternative: { suback: 0x80 } }),
    ...packetTypeAt(bytes, 0),
    ...(further && { further: further.map((one, index) => breach(one, marks[index + 1])) }),
    ...rest,
  }
}

/** A stream that ends with a malformed packet, inside a packet, or between two. */
export function stream(
  name: string,
  notation: string,
  packets: readonly VectorPacket[],
  rule: string,
  extra: Extra<StreamVector> & { wrong?: Wrong; incomplete?: number } = {},
): StreamVector {
  const { bytes, marks } = notated(notation)
  const { wrong, ...rest } = extra
  const hex = bytes.toString('hex')
  const { offset, streamOffset } = marks[0] ?? { offset: 0, streamOffset: 0 }
  const permission = wrong && permissionToAccept(wrong[0], bytes, streamOffset - offset)
  const row = {
    name,
    hex,
    packets: [...packets],
    rule,
    ...requirementOf(permission ?? permissionOfAny(packets), extra.options),
    ...rest,
  }
  if (wrong === undefined) return row
  const error = {
    ...breach(wrong, marks[0]),
    ...packetTypeAt(bytes, streamOffset - offset),
    streamOffset,
  }
  return { ...row, error }
}

/** Why a receiver may refuse one of the packets. */
function permissionOfAny(packets: readonly VectorPacket[]): Permission | undefined {
  return packets
    .map((packet) => permissionToRefuse('', packet))
    .find((permission) => permission !== undefined)
}

/** The requirement of a fixed header. */
export const headerRequirement = (hex: string): Requirement =>
  requirementOf(permissionToRefuse(hex, { type: 'pingreq' }), undefined)

const DEFAULT_CONNECT = {
  type: 'connect',
  protocolName: 'MQTT',
  protocolLevel: 4,
  bridge: false,
  clientId: 'c',
  cleanSession: true,
  keepAlive: 60,
} as const

type PacketOf<Type> = Extract<VectorPacket, { type: Type }>

export const hexOf = (text: string): string => Buffer.from(text).toString('hex')

/** `10 (['MQTT'] 04 02 003c ['c'])`, with some fields replaced. */
export const connect = (fields: Partial<PacketOf<'connect'>> = {}): VectorPacket => ({
  ...DEFAULT_CONNECT,
  ...fields,
})

/** `30 (['a/b'] 'hi')`, with some fields replaced. */
export const publish = (fields: Partial<PacketOf<'publish'>> = {}): VectorPacket => ({
  type: 'publish',
  topic: 'a/b',
  payload: hexOf('hi'),
  qos: 0,
  dup: false,
  retain: false,
  ...fields,
})

export const byteCount = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`

export const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0')
