// The editable fields of a packet as data, and the initial packet of each type.

import type { Packet, PacketTypeName } from '../index.ts'

/** How a value is edited. */
export type ControlKind = 'text' | 'bytes' | 'number' | 'flag' | 'choice'

/** One value of a packet. */
export interface FormField {
  /** The name of the property, or its path: `'will.topic'`. */
  readonly property: string
  readonly label: string
  readonly kind: ControlKind
  /** The name of the field in the packet's explanation. */
  readonly field: string
  readonly choices?: readonly (readonly [value: number | string, label: string])[]
}

/** A list in a packet. Its entries are values or objects. */
export interface FormList {
  readonly property: string
  readonly label: string
  /** The fields of one entry. The property of a value is empty. */
  readonly entry: readonly FormField[]
  readonly newEntry: unknown
}

export interface FormLayout {
  readonly fields: readonly FormField[]
  readonly list?: FormList
}

const QOS = [
  [0, '0: at most once'],
  [1, '1: at least once'],
  [2, '2: exactly once'],
] as const
const RETURN_CODES = [
  [0, '0: connection accepted'],
  [1, '1: unacceptable protocol version'],
  [2, '2: identifier rejected'],
  [3, '3: server unavailable'],
  [4, '4: bad user name or password'],
  [5, '5: not authorized'],
] as const
const GRANTED = [...QOS, [0x80, '128: failure']] as const
const PROTOCOLS = [
  ['MQTT', 'MQTT 3.1.1'],
  ['MQIsdp', 'MQTT 3.1'],
] as const

const FIRST_BYTE = 'Type and flags'
const PACKET_IDENTIFIER: FormField = {
  property: 'packetId',
  label: 'Packet identifier',
  kind: 'number',
  field: 'Packet Identifier',
}
const acknowledgement: FormLayout = { fields: [PACKET_IDENTIFIER] }
const nothing: FormLayout = { fields: [] }

// biome-ignore format: one row per field
export const FORMS: Readonly<Record<PacketTypeName, FormLayout>> = {
  connect: {
    fields: [
      { property: 'protocolName', label: 'Protocol', kind: 'choice', field: 'Protocol Name', choices: PROTOCOLS },
      { property: 'clientId', label: 'Client identifier', kind: 'text', field: 'Client Identifier' },
      { property: 'keepAlive', label: 'Keep alive, in seconds', kind: 'number', field: 'Keep Alive' },
      { property: 'cleanSession', label: 'Clean session', kind: 'flag', field: 'Connect Flags' },
      { property: 'bridge', label: 'Bridge', kind: 'flag', field: 'Protocol Level' },
      { property: 'username', label: 'User name', kind: 'text', field: 'User Name' },
      { property: 'password', label: 'Password', kind: 'bytes', field: 'Password' },
      { property: 'will.topic', label: 'Will topic', kind: 'text', field: 'Will Topic' },
      { property: 'will.payload', label: 'Will message', kind: 'bytes', field: 'Will Message' },
      { property: 'will.qos', label: 'Will QoS', kind: 'choice', field: 'Connect Flags', choices: QOS },
      { property: 'will.retain', label: 'Will retain', kind: 'flag', field: 'Connect Flags' },
    ],
  },
  connack: {
    fields: [
      { property: 'sessionPresent', label: 'Session present', kind: 'flag', field: 'Connect Acknowledge Flags' },
      { property: 'returnCode', label: 'Return code', kind: 'choice', field: 'Return Code', choices: RETURN_CODES },
    ],
  },
  publish: {
    fields: [
      { property: 'topic', label: 'Topic', kind: 'text', field: 'Topic Name' },
      { property: 'payload', label: 'Payload', kind: 'bytes', field: 'Payload' },
      { property: 'qos', label: 'QoS', kind: 'choice', field: FIRST_BYTE, choices: QOS },
      PACKET_IDENTIFIER,
      { property: 'retain', label: 'Retain', kind: 'flag', field: FIRST_BYTE },
      { property: 'dup', label: 'DUP', kind: 'flag', field: FIRST_BYTE },
    ],
  },
  puback: acknowledgement,
  pubrec: acknowledgement,
  pubrel: acknowledgement,
  pubcomp: acknowledgement,
  subscribe: {
    fields: [PACKET_IDENTIFIER],
    list: {
      property: 'subscriptions',
      label: 'Subscription',
      entry: [
        { property: 'topicFilter', label: 'Topic filter', kind: 'text', field: 'Topic Filter' },
        { property: 'qos', label: 'QoS', kind: 'choice', field: 'Requested QoS', choices: QOS },
      ],
      newEntry: { topicFilter: '#', qos: 0 },
    },
  },
  suback: {
    fields: [PACKET_IDENTIFIER],
    list: {
      property: 'returnCodes',
      label: 'Return code',
      entry: [{ property: '', label: 'Return code', kind: 'choice', field: 'Return Code', choices: GRANTED }],
      newEntry: 0,
    },
  },
  unsubscribe: {
    fields: [PACKET_IDENTIFIER],
    list: {
      property: 'topicFilters',
      label: 'Topic filter',
      entry: [{ property: '', label: 'Topic filter', kind: 'text', field: 'Topic Filter' }],
      newEntry: '#',
    },
  },
  unsuback: acknowledgement,
  pingreq: nothing,
  pingresp: nothing,
  disconnect: nothing,
}

/** The initial values of the optional parts of a CONNECT. */
export const OPTIONAL: Readonly<Record<string, { readonly label: string; readonly start: unknown }>> = {
  username: { label: 'Has a user name', start: 'user' },
  password: { label: 'Has a password', start: 'secret' },
  will: { label: 'Has a will', start: { topic: 'status', payload: 'offline', qos: 0, retain: false } },
}

/** The initial packet of each type. */
export const NEW_PACKETS: { readonly [Type in PacketTypeName]: Record<string, unknown> & { type: Type } } = {
  connect: { type: 'connect', clientId: 'client', keepAlive: 60 },
  connack: { type: 'connack', returnCode: 0 },
  publish: { type: 'publish', topic: 'house/temperature', payload: '21.5' },
  puback: { type: 'puback', packetId: 1 },
  pubrec: { type: 'pubrec', packetId: 1 },
  pubrel: { type: 'pubrel', packetId: 1 },
  pubcomp: { type: 'pubcomp', packetId: 1 },
  subscribe: { type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'house/#', qos: 1 }] },
  suback: { type: 'suback', packetId: 1, returnCodes: [1] },
  unsubscribe: { type: 'unsubscribe', packetId: 1, topicFilters: ['house/#'] },
  unsuback: { type: 'unsuback', packetId: 1 },
  pingreq: { type: 'pingreq' },
  pingresp: { type: 'pingresp' },
  disconnect: { type: 'disconnect' },
}

/** A packet whose properties are read and written by path. */
export type Draft = Record<string, unknown>

export const draftOf = (packet: Packet): Draft => ({ ...packet })

/** The value at a path such as `'will.topic'` or `'subscriptions[0].qos'`. */
export function valueAt(draft: Draft, path: string): unknown {
  let value: unknown = draft
  for (const step of stepsOf(path)) value = (value as Draft | undefined)?.[step]
  return value
}

/** A copy of the draft with another value at a path. */
export function withValue(draft: Draft, path: string, value: unknown): Draft {
  return replaced(draft, stepsOf(path), value) as Draft
}

const stepsOf = (path: string): string[] => path.split(/[.[\]]+/).filter((step) => step !== '')

function replaced(old: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(old))
    return old.map((each, index) => (index === Number(step) ? replaced(each, rest, value) : each))
  return { ...(old as Draft), [step]: replaced((old as Draft)[step], rest, value) }
}

/** Adapts the values that depend on a changed one. */
export function consistent(draft: Draft, changed: string): Draft {
  if (draft.type === 'publish' && changed === 'qos')
    return draft.qos === 0
      ? { ...draft, packetId: undefined, dup: false }
      : { ...draft, packetId: draft.packetId ?? 1 }
  if (changed === 'protocolName') return { ...draft, protocolLevel: undefined }
  if (changed === 'username' && draft.username === undefined) return { ...draft, password: undefined }
  if (changed === 'password' && draft.password !== undefined)
    return { ...draft, username: draft.username ?? OPTIONAL.username!.start }
  return draft
}
