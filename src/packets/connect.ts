// CONNECT, §3.1.

import { refuse, type TolerableCode } from '../errors.ts'
import type { Protocol } from '../options.ts'
import type { QoS } from '../packet-types.ts'
import { readTopicName } from '../topic/read.ts'
import type { TopicNameField } from '../topic/rules.ts'
import { topicNameBytes } from '../topic/write.ts'
import type { Reader } from '../wire/reader.ts'
import {
  checkBoolean,
  checkQos,
  checkUint16,
  type Data,
  dataLength,
  textLength,
  writeData,
  writeText,
  writeUint16,
} from '../wire/writer.ts'

/** What the server publishes when the connection ends without DISCONNECT (§3.1.2.5). */
export interface Will<Bytes extends Uint8Array = Uint8Array> {
  topic: string
  payload: Bytes
  qos: QoS
  retain: boolean
}

/** A client asks for a connection (§3.1). */
export interface Connect<Bytes extends Uint8Array = Uint8Array> {
  type: 'connect'
  protocolName: 'MQTT' | 'MQIsdp'
  protocolLevel: 3 | 4
  /** Whether bit 0x80 of the protocol level was set, as mosquitto's bridges do. */
  bridge: boolean
  clientId: string
  cleanSession: boolean
  /** Seconds, 0 to 65,535; 0 turns the mechanism off (§3.1.2.10). */
  keepAlive: number
  will?: Will<Bytes> | undefined
  username?: string | undefined
  password?: Bytes | undefined
}

/** A {@link Will} to be encoded: `qos` 0 and `retain` false unless given. */
export interface WillInput {
  readonly topic: string
  readonly payload: Data
  readonly qos?: QoS | undefined
  readonly retain?: boolean | undefined
}

/**
 * A {@link Connect} to be encoded. Left out: MQTT 3.1.1 (`protocolName` and `protocolLevel` imply each other),
 * `bridge` false, `cleanSession` true, `keepAlive` 0, no will, no user name, no password.
 */
export interface ConnectInput {
  readonly type: 'connect'
  readonly protocolName?: 'MQTT' | 'MQIsdp' | undefined
  readonly protocolLevel?: 3 | 4 | undefined
  readonly bridge?: boolean | undefined
  readonly clientId: string
  readonly cleanSession?: boolean | undefined
  readonly keepAlive?: number | undefined
  readonly will?: WillInput | undefined
  readonly username?: string | undefined
  readonly password?: Data | undefined
}

const WILL_TOPIC: TopicNameField = {
  packetType: 'connect',
  field: 'Will Topic',
  wildcardRule: 'MQTT-4.7.1-1',
}

// The Connect Flags, §3.1.2.3.
const RESERVED = 0x01
const CLEAN_SESSION = 0x02
const WILL = 0x04
const WILL_QOS = 0x18
const WILL_RETAIN = 0x20
const PASSWORD = 0x40
const USER_NAME = 0x80

const BRIDGE = 0x80
const LEVELS = { MQTT: 4, MQIsdp: 3 } as const
const VERSIONS = { MQTT: '3.1.1', MQIsdp: '3.1' } as const

export function readConnect<Bytes extends Uint8Array>(reader: Reader<Bytes>): Connect<Bytes> {
  const protocolName = readProtocolName(reader)
  const level = readProtocolLevel(reader, protocolName)
  const is31 = protocolName === 'MQIsdp'
  const flags = readConnectFlags(reader, is31)
  const keepAlive = reader.uint16('Keep Alive')
  const cleanSession = (flags & CLEAN_SESSION) !== 0
  const clientId = readClientId(reader, cleanSession, is31)
  // In MQTT 3.1 the Remaining Length takes precedence over the flags of user name and password: the fields may be missing.
  const follows = (flag: number): boolean => (flags & flag) !== 0 && !(is31 && reader.position === reader.end)
  // The fields follow in this order [MQTT-3.1.3-1], each where its flag says so.
  const will = (flags & WILL) !== 0 ? readWill(reader, flags) : undefined // [MQTT-3.1.2-9] [MQTT-3.1.2-11]
  const username = follows(USER_NAME) ? reader.text('User Name') : undefined // [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.3-11]
  const password = follows(PASSWORD) ? reader.data('Password') : undefined // [MQTT-3.1.2-20] [MQTT-3.1.2-21]
  return {
    type: 'connect',
    protocolName,
    protocolLevel: LEVELS[protocolName],
    bridge: (level & BRIDGE) !== 0,
    clientId,
    cleanSession,
    keepAlive,
    will,
    username,
    password,
  }
}

function readProtocolName(reader: Reader): 'MQTT' | 'MQIsdp' {
  const prefix = reader.position
  const name = reader.text('Protocol Name')
  if (name !== 'MQTT' && name !== 'MQIsdp')
    reader.fail('unknown-protocol-name', 'Protocol Name', prefix, undefined, name) // [MQTT-3.1.2-1]
  return name
}

function readProtocolLevel(reader: Reader, name: 'MQTT' | 'MQIsdp'): number {
  const level = reader.uint8('Protocol Level')
  const { protocols } = reader.settings
  const version = level & ~BRIDGE
  const isSupported =
    version === LEVELS[name] && protocols.has((level & BRIDGE) !== 0 ? 'bridge' : VERSIONS[name])
  if (isSupported) return level
  const isOther = version !== LEVELS[name] && (version === 3 || version === 4)
  const reason = isOther
    ? `protocol name ${name} goes with level ${LEVELS[name]}, not ${level}`
    : `${level} is not supported, only ${supportedLevels(protocols)}`
  reader.fail('unsupported-protocol-level', 'Protocol Level', reader.position - 1, undefined, level, reason) // [MQTT-3.1.2-2]
}

function supportedLevels(protocols: ReadonlySet<Protocol>): string {
  const levels = [
    ...(protocols.has('3.1') ? ['3 (MQTT 3.1)'] : []),
    ...(protocols.has('3.1.1') ? ['4 (MQTT 3.1.1)'] : []),
    ...(protocols.has('bridge') ? ['131 and 132 (bridges)'] : []),
  ]
  return levels.length === 0 ? 'none, as `protocols` is empty' : levels.join(', ')
}

/** MQTT 3.1 has no rule for the reserved flag, and disregards the flags of a will that there is not. */
function readConnectFlags(reader: Reader, is31: boolean): number {
  const flags = reader.uint8('Connect Flags')
  const at = reader.position - 1
  const breach = (code: TolerableCode, field: string): void =>
    reader.violation(code, field, at, undefined, flags)
  if (!is31 && (flags & RESERVED) !== 0) breach('connect-reserved-flag', 'Reserved') // [MQTT-3.1.2-3]
  // MQTT 3.1 reserves Will QoS 3 as well, with a will or without.
  if ((flags & WILL_QOS) === WILL_QOS && ((flags & WILL) !== 0 || is31)) {
    reader.fail('invalid-qos', 'Will QoS', at, 'MQTT-3.1.2-14', 3) // [MQTT-3.1.2-14]
  }
  if ((flags & WILL) === 0) {
    if (!is31 && (flags & WILL_QOS) !== 0) breach('will-qos-without-will', 'Will QoS') // [MQTT-3.1.2-13] [MQTT-3.1.2-11]
    if (!is31 && (flags & WILL_RETAIN) !== 0) breach('will-retain-without-will', 'Will Retain') // [MQTT-3.1.2-15] [MQTT-3.1.2-11]
  }
  if ((flags & PASSWORD) !== 0 && (flags & USER_NAME) === 0) {
    breach('password-without-username', 'Password Flag') // [MQTT-3.1.2-22]
  }
  return flags
}

function readClientId(reader: Reader, cleanSession: boolean, is31: boolean): string {
  const prefix = reader.position
  const clientId = reader.text('Client Identifier') // [MQTT-3.1.3-3] [MQTT-3.1.3-4] [MQTT-3.1.3-5]
  if (clientId !== '' || (cleanSession && !is31)) return clientId
  const rule = is31 ? '§3.1.3.1' : undefined // MQTT 3.1: 1 to 23 characters
  reader.violation('empty-client-identifier', 'Client Identifier', prefix, rule, '') // [MQTT-3.1.3-7] [MQTT-3.1.3-8]
  return clientId
}

function readWill<Bytes extends Uint8Array>(reader: Reader<Bytes>, flags: number): Will<Bytes> {
  return {
    topic: readTopicName(reader, WILL_TOPIC), // [MQTT-3.1.3-10]
    payload: reader.data('Will Message'),
    qos: ((flags & WILL_QOS) >> 3) as QoS,
    retain: (flags & WILL_RETAIN) !== 0,
  }
}

export function connectLength(packet: ConnectInput): number {
  const { will, username, password, keepAlive, clientId } = packet
  checkProtocol(packet)
  checkBoolean(packet.bridge, 'connect', 'Protocol Level')
  checkBoolean(packet.cleanSession, 'connect', 'Clean Session')
  if (keepAlive !== undefined) checkUint16(keepAlive, 'connect', 'Keep Alive', '§3.1.2.10')
  let length =
    2 + protocolNameOf(packet).length + 1 + 1 + 2 + textLength(clientId, 'connect', 'Client Identifier')
  if (clientId === '' && packet.cleanSession === false) {
    refuse('empty-client-identifier', 'connect', 'Client Identifier', 'MQTT-3.1.3-7') // [MQTT-3.1.3-7]
  }
  if (will !== undefined) length += willLength(will)
  if (username !== undefined) length += textLength(username, 'connect', 'User Name')
  if (password !== undefined) {
    if (username === undefined) refuse('password-without-username', 'connect', 'Password') // [MQTT-3.1.2-22]
    length += dataLength(password, 'connect', 'Password')
  }
  return length
}

function willLength(will: WillInput): number {
  if (will === null || typeof will !== 'object') refuse('wrong-field-type', 'connect', 'Will Flag')
  if (will.qos !== undefined) checkQos(will.qos, 'connect', 'Will QoS', 'MQTT-3.1.2-14') // [MQTT-3.1.2-14]
  checkBoolean(will.retain, 'connect', 'Will Retain')
  return topicNameBytes(will.topic, WILL_TOPIC).length + dataLength(will.payload, 'connect', 'Will Message')
}

function checkProtocol(packet: ConnectInput): void {
  const name = protocolNameOf(packet)
  if (name !== 'MQTT' && name !== 'MQIsdp') refuse('unknown-protocol-name', 'connect', 'Protocol Name') // [MQTT-3.1.2-1]
  const level = packet.protocolLevel
  if (level !== undefined && level !== LEVELS[name])
    refuse('unsupported-protocol-level', 'connect', 'Protocol Level') // [MQTT-3.1.2-2]
}

function protocolNameOf({ protocolName, protocolLevel }: ConnectInput): 'MQTT' | 'MQIsdp' {
  return protocolName === undefined ? (protocolLevel === 3 ? 'MQIsdp' : 'MQTT') : protocolName
}

export function writeConnect(target: Uint8Array, position: number, packet: ConnectInput): number {
  const { will, username, password } = packet
  const protocolName = protocolNameOf(packet)
  let next = writeText(target, position, protocolName)
  target[next++] = LEVELS[protocolName] | (packet.bridge === true ? BRIDGE : 0)
  target[next++] = connectFlags(packet)
  next = writeUint16(target, next, packet.keepAlive ?? 0)
  next = writeText(target, next, packet.clientId)
  if (will !== undefined) {
    next = writeText(target, next, will.topic)
    next = writeData(target, next, will.payload)
  }
  if (username !== undefined) next = writeText(target, next, username)
  return password === undefined ? next : writeData(target, next, password)
}

function connectFlags({ cleanSession, will, username, password }: ConnectInput): number {
  return (
    (cleanSession === false ? 0 : CLEAN_SESSION) |
    (will === undefined ? 0 : WILL | ((will.qos ?? 0) << 3) | (will.retain === true ? WILL_RETAIN : 0)) |
    (password === undefined ? 0 : PASSWORD) |
    (username === undefined ? 0 : USER_NAME)
  )
}
