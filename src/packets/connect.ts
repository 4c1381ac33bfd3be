// CONNECT, §3.1.

import {
  checkBoolean,
  checkData,
  checkQos,
  checkText,
  checkUint16,
  type Data,
  refuseUnlessTolerated,
} from '../encoding/checks.ts'
import { fieldsOf, packetFieldsOf, refuse } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import type { TolerableCode } from '../error-rules.ts'
import { type EncodeOptions, mqtt31Settings, type Protocol } from '../options.ts'
import type { QoS } from '../packet-types.ts'
import { readTopicName } from '../topic/read.ts'
import type { TopicNameField } from '../topic/rules.ts'
import { checkTopicName } from '../topic/write.ts'
import type { Reader } from '../wire/reader.ts'
import { Body, type Outgoing } from '../wire/writer.ts'

/** The message that the server publishes if the connection ends without a DISCONNECT (§3.1.2.5). */
export interface Will<Bytes extends Uint8Array = Uint8Array> {
  topic: string
  payload: Bytes
  qos: QoS
  retain: boolean
}

/** A client's request to connect (§3.1). */
export interface Connect<Bytes extends Uint8Array = Uint8Array> {
  type: 'connect'
  protocolName: 'MQTT' | 'MQIsdp'
  protocolLevel: 3 | 4
  /** Whether bit 0x80 of the protocol level is set, as mosquitto's bridges set it. */
  bridge: boolean
  clientId: string
  cleanSession: boolean
  /** In seconds, 0 to 65,535; 0 turns keep alive off (§3.1.2.10). */
  keepAlive: number
  will?: Will<Bytes> | undefined
  username?: string | undefined
  password?: Bytes | undefined
}

/** A {@link Will} to be encoded. `qos` defaults to 0, `retain` to false. */
export interface WillInput {
  readonly topic: string
  readonly payload: Data
  readonly qos?: QoS | undefined
  readonly retain?: boolean | undefined
}

/**
 * A {@link Connect} to be encoded. The defaults are MQTT 3.1.1 (`protocolName` and `protocolLevel` imply each other),
 * `bridge` false, `cleanSession` true, `keepAlive` 0, and no will, user name or password.
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

const WILL_TOPIC: TopicNameField = { name: 'Will Topic', rule: 'MQTT-4.7.1-1' }

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
  // In MQTT 3.1 the Remaining Length takes precedence over the User Name and Password flags: the fields may be missing.
  const follows = (flag: number): boolean => (flags & flag) !== 0 && !(is31 && reader.position === reader.end)
  // The fields follow in this order [MQTT-3.1.3-1], each if its flag is set.
  const will = (flags & WILL) !== 0 ? readWill(reader, flags) : undefined // [MQTT-3.1.2-9] [MQTT-3.1.2-11]
  const username = follows(USER_NAME) ? reader.text('User Name') : undefined // [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.3-11]
  const password = follows(PASSWORD) ? reader.data('Password') : undefined // [MQTT-3.1.2-20] [MQTT-3.1.2-21]
  if (is31) reader.settings = mqtt31Settings(reader.settings) // its rules apply to the rest of the stream
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
    reader.fail('unknown-protocol-name', 'Protocol Name', prefix, undefined, name.slice(0, SHOWN)) // [MQTT-3.1.2-1]
  return name
}

/** If the name's length is wrong, the password and the will message may seem to be part of it: not in this many characters. */
const SHOWN = 12

function readProtocolLevel(reader: Reader, name: 'MQTT' | 'MQIsdp'): number {
  const level = reader.uint8('Protocol Level')
  const { protocols } = reader.settings
  const version = level & ~BRIDGE
  const isSupported =
    version === LEVELS[name] && protocols.has((level & BRIDGE) !== 0 ? 'bridge' : VERSIONS[name])
  if (isSupported) return level
  const isOther = version !== LEVELS[name] && (version === 3 || version === 4)
  const reason = isOther
    ? `protocol name ${name} requires level ${LEVELS[name]}, not ${level}`
    : `${level} is not supported, only ${supportedLevels(protocols)}`
  reader.fail('unsupported-protocol-level', 'Protocol Level', reader.position - 1, undefined, level, reason) // [MQTT-3.1.2-2]
}

const LEVEL_NAMES: Readonly<Record<Protocol, string>> = {
  '3.1.1': '4 (MQTT 3.1.1)',
  '3.1': '3 (MQTT 3.1)',
  bridge: '131 and 132 (bridges)',
}

function supportedLevels(protocols: ReadonlySet<Protocol>): string {
  const levels = Array.from(protocols, (protocol) => LEVEL_NAMES[protocol])
  return levels.length === 0 ? 'none, because `protocols` is empty' : levels.join(', ')
}

/** MQTT 3.1 has no rule for the reserved flag, and ignores the other will flags if there is no will. */
function readConnectFlags(reader: Reader, is31: boolean): number {
  const flags = reader.uint8('Connect Flags')
  const at = reader.position - 1
  const violation = (code: TolerableCode, field: string): void =>
    reader.violation(code, field, at, undefined, flags)
  if (!is31 && (flags & RESERVED) !== 0) violation('connect-reserved-flag', 'Reserved') // [MQTT-3.1.2-3]
  // MQTT 3.1 also reserves Will QoS 3, with or without a will.
  if ((flags & WILL) !== 0 || is31) {
    if ((flags & WILL_QOS) === WILL_QOS) reader.violation('invalid-qos', 'Will QoS', at, 'MQTT-3.1.2-14', 3) // [MQTT-3.1.2-14]
  } else {
    if ((flags & WILL_QOS) !== 0) violation('will-qos-without-will', 'Will QoS') // [MQTT-3.1.2-13] [MQTT-3.1.2-11]
    if ((flags & WILL_RETAIN) !== 0) violation('will-retain-without-will', 'Will Retain') // [MQTT-3.1.2-15] [MQTT-3.1.2-11]
  }
  if ((flags & PASSWORD) !== 0 && (flags & USER_NAME) === 0) {
    violation('password-without-username', 'Password Flag') // [MQTT-3.1.2-22]
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

const FIELDS = /* @__PURE__ */ packetFieldsOf('connect', {
  protocolName: 'Protocol Name',
  protocolLevel: 'Protocol Level',
  bridge: 'Protocol Level',
  clientId: 'Client Identifier',
  cleanSession: 'Clean Session',
  keepAlive: { name: 'Keep Alive', rule: '§3.1.2.10' },
  will: { name: 'Will Flag', isSecret: true },
  username: 'User Name',
  password: { name: 'Password', isSecret: true },
})
const WILL_FIELDS = /* @__PURE__ */ fieldsOf(
  'connect',
  {
    topic: WILL_TOPIC,
    payload: { name: 'Will Message', isSecret: true },
    qos: { name: 'Will QoS', rule: 'MQTT-3.1.2-14' },
    retain: 'Will Retain',
  },
  'will.',
)

export function prepareConnect(packet: ConnectInput, options: EncodeOptions | undefined): Outgoing {
  const { protocolName, protocolLevel, bridge = false, clientId } = packet
  const { cleanSession = true, keepAlive = 0, will, username, password } = packet
  checkFieldNames(packet, FIELDS)
  const name = checkProtocol(protocolName, protocolLevel)
  checkBoolean(bridge, FIELDS.bridge)
  checkBoolean(cleanSession, FIELDS.cleanSession)
  checkUint16(keepAlive, FIELDS.keepAlive)
  const clientIdLength = checkClientId(clientId, cleanSession, name, options)
  const lastWill = will === undefined ? undefined : readWillInput(will)
  if (password !== undefined && username === undefined)
    refuseUnlessTolerated(
      options,
      'password-without-username',
      FIELDS.password,
      'must be undefined if username is undefined',
      password,
    ) // [MQTT-3.1.2-22]
  const flags =
    (cleanSession ? CLEAN_SESSION : 0) |
    (lastWill === undefined ? 0 : WILL | (lastWill.qos << 3) | (lastWill.retain ? WILL_RETAIN : 0)) |
    (password === undefined ? 0 : PASSWORD) |
    (username === undefined ? 0 : USER_NAME)
  const body = new Body('connect')
    .prefixed(name, name.length)
    .byte(LEVELS[name] | (bridge ? BRIDGE : 0))
    .byte(flags)
    .uint16(keepAlive)
    .prefixed(clientId, clientIdLength)
  // The fields follow in this order [MQTT-3.1.3-1].
  if (lastWill !== undefined)
    body
      .prefixed(lastWill.topic, checkTopicName(lastWill.topic, WILL_FIELDS.topic, options))
      .prefixed(lastWill.payload, checkData(lastWill.payload, WILL_FIELDS.payload))
  if (username !== undefined) body.prefixed(username, checkText(username, FIELDS.username, options))
  if (password !== undefined) body.prefixed(password, checkData(password, FIELDS.password))
  return body.end()
}

/** The fields of a will, each read once. */
function readWillInput(will: WillInput): Required<WillInput> & { qos: QoS; retain: boolean } {
  if (will === null || typeof will !== 'object')
    refuse('wrong-field-type', FIELDS.will, 'must be an object with a topic and a payload', will)
  const { topic, payload, qos = 0, retain = false } = will
  checkFieldNames(will, WILL_FIELDS)
  checkQos(qos, WILL_FIELDS.qos) // [MQTT-3.1.2-14]
  checkBoolean(retain, WILL_FIELDS.retain)
  return { topic, payload, qos, retain }
}

/** Protocol name and level imply each other. Without either, the protocol is MQTT 3.1.1. */
function checkProtocol(given: unknown, level: unknown): 'MQTT' | 'MQIsdp' {
  const name = given === undefined ? (level === 3 ? 'MQIsdp' : 'MQTT') : given
  if (name !== 'MQTT' && name !== 'MQIsdp')
    refuse('unknown-protocol-name', FIELDS.protocolName, "must be 'MQTT' or 'MQIsdp'", given) // [MQTT-3.1.2-1]
  if (level === undefined || level === LEVELS[name]) return name
  const requirement =
    given === undefined
      ? 'must be 4 (MQTT 3.1.1) or 3 (MQTT 3.1)'
      : `must be ${LEVELS[name]} if protocolName is '${name}' (MQTT ${VERSIONS[name]})`
  return refuse('unsupported-protocol-level', FIELDS.protocolLevel, requirement, level) // [MQTT-3.1.2-2]
}

function checkClientId(
  clientId: unknown,
  cleanSession: boolean,
  name: 'MQTT' | 'MQIsdp',
  options: EncodeOptions | undefined,
): number {
  const length = checkText(clientId, FIELDS.clientId, options)
  if (length > 0 || (cleanSession && name === 'MQTT')) return length
  const [condition, rule] =
    name === 'MQTT'
      ? ['if cleanSession is false', 'MQTT-3.1.3-7'] // [MQTT-3.1.3-7]
      : ['in MQTT 3.1', '§3.1.3.1'] // MQTT 3.1: 1 to 23 characters
  const requirement = `must have at least one character ${condition}`
  refuseUnlessTolerated(
    options,
    'empty-client-identifier',
    FIELDS.clientId,
    requirement,
    clientId,
    undefined,
    rule,
  )
  return length
}
