// What you may choose, checked once and kept in the form that decoding and encoding read.

import { DECODE_ERRORS, type DecodeError, type DecodeErrorCode, type TolerableCode } from './errors.ts'
import {
  CONTROL_PACKETS,
  DUP,
  flagsOf,
  MAX_UINT16,
  type PacketTypeName,
  packetTypeOf,
  qosOf,
  type Role,
} from './packet-types.ts'

/** The protocol versions that a CONNECT may ask for; `bridge` is a level with bit 0x80 set, as mosquitto's bridges send. */
export type Protocol = '3.1.1' | '3.1' | 'bridge'

/** A rule that may be broken: by every packet type, or by some only. */
export type Tolerance =
  | TolerableCode
  | { readonly code: TolerableCode; readonly packets: Iterable<PacketTypeName> }

/** Options of the encoder. */
export interface EncodeOptions {
  /** The rules that a packet may break; default none: the encoder refuses what the default decoder refuses. */
  readonly tolerate?: Iterable<Tolerance> | undefined
}

/** What to tolerate, refuse and limit. */
export interface DecodeOptions {
  /** The rules that a packet may break. For what each leaves in the packet see README, "Tolerance". */
  readonly tolerate?: Iterable<Tolerance> | undefined
  /** Called with the error that `tolerate` kept from being thrown, in the order of the packet's bytes. */
  readonly onTolerated?: ((violation: DecodeError) => void) | undefined
  /** Characters to refuse that the standard allows a receiver to refuse (§1.5.3); default none. */
  readonly refuse?: Iterable<Refusable> | undefined
  /** Which protocols a CONNECT may ask for; default `['3.1.1']`. `['3.1']` alone reads everything by the rules of 3.1. */
  readonly protocols?: Iterable<Protocol> | undefined
  /**
   * Copy payloads, will messages and passwords, each into memory of its own, instead of returning views of the input;
   * default false. Without it the input must not be overwritten while a packet lives.
   */
  readonly copyPayloads?: boolean | undefined
  /** The longest topic name or topic filter, 1 to 65,535 bytes; default 65,535. */
  readonly maxTopicLength?: number | undefined
  /** The most levels of a topic name or topic filter, at least 1; default no limit. */
  readonly maxTopicLevels?: number | undefined
  /** The most entries of SUBSCRIBE, UNSUBSCRIBE and SUBACK, 1 to 1,048,576; default 65,535. */
  readonly maxTopicFilters?: number | undefined
}

/** {@link DecodeOptions}, and what only a stream of packets needs. */
export interface ParserOptions extends DecodeOptions {
  /** The largest packet in bytes, fixed header included; default 268,435,460, the protocol's limit. */
  readonly maxPacketSize?: number | undefined
  /** What you are. Packet types that Table 2.1 does not let the peer send are refused at the fixed header. */
  readonly role?: Role | undefined
}

/** Kinds of characters that §1.5.3 lets a receiver refuse. */
export type Refusable = 'control-characters' | 'non-characters'

/** The packet types that may break a rule, by the rule's code. */
export type Tolerances = ReadonlyMap<string, ReadonlySet<string>>

/** Whether a packet of this type may break this rule. */
export function isTolerated(tolerances: Tolerances, code: string, packetType: string | undefined): boolean {
  const packets = tolerances.get(code)
  return packets !== undefined && packetType !== undefined && packets.has(packetType)
}

const PACKET_TYPES: ReadonlySet<string> = new Set(CONTROL_PACKETS.flatMap((packet) => packet?.name ?? []))

/**
 * Checks the entries of `tolerate`.
 *
 * @throws TypeError if it is not a list, or an entry is not a tolerable code or `{ code, packets }`
 */
export function tolerancesFrom(tolerate: unknown): Tolerances {
  const tolerances = new Map<string, Set<string>>()
  for (const entry of listOf(tolerate, 'tolerate', "codes: ['packet-identifier-zero']")) {
    const { code, packets } =
      typeof entry === 'object' && entry !== null
        ? (entry as { code: unknown; packets: unknown })
        : { code: entry, packets: PACKET_TYPES }
    if (!isTolerable(code))
      throw new TypeError(`tolerate: ${shown(code)} is not a code that can be tolerated`)
    const types = tolerances.get(code) ?? new Set()
    for (const type of listOf(packets, 'packets', "packet types: ['pingreq']")) {
      if (!PACKET_TYPES.has(type as string))
        throw new TypeError(`tolerate: there is no packet type ${shown(type)}`)
      types.add(type as string)
    }
    tolerances.set(code, types)
  }
  return tolerances
}

function isTolerable(code: unknown): code is TolerableCode {
  return (
    typeof code === 'string' &&
    Object.hasOwn(DECODE_ERRORS, code) &&
    DECODE_ERRORS[code as DecodeErrorCode].tolerable
  )
}

/** The entries of a list; a string is not one, although it can be iterated. */
function listOf(value: unknown, name: string, expected: string): unknown[] {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
    return [...(value as Iterable<unknown>)]
  }
  throw new TypeError(`${name} is a list of ${expected}, not ${shown(value)}`)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** Options in the form that decoding reads. */
export interface Settings {
  readonly tolerances: Tolerances
  readonly onTolerated: ((violation: DecodeError) => void) | undefined
  readonly protocols: ReadonlySet<Protocol>
  readonly copyPayloads: boolean
  /** Whether one of the next two is less than the protocol allows. */
  readonly limitsTopics: boolean
  readonly maxTopicLength: number
  readonly maxTopicLevels: number
  readonly maxTopicFilters: number
  /** What is wrong with a first byte, by its value: an index into {@link FIRST_BYTE_BREACHES}, 0 for nothing. */
  readonly firstBytes: Uint8Array
}

/** What is wrong with a fixed header's first byte. */
export interface FirstByteBreach {
  readonly code: DecodeErrorCode
  readonly field: string
}

/** What the first byte alone can break, in the order in which it is judged. */
export const FIRST_BYTE_BREACHES: readonly (FirstByteBreach | undefined)[] = [
  undefined,
  { code: 'reserved-packet-type', field: 'Control Packet type' },
  { code: 'unexpected-packet-type', field: 'Control Packet type' },
  { code: 'invalid-qos', field: 'QoS level' },
  { code: 'dup-with-qos-0', field: 'DUP flag' },
  { code: 'reserved-flags', field: 'Flags' },
]

function firstByteBreach(firstByte: number, role: Role | undefined): DecodeErrorCode | undefined {
  const packet = CONTROL_PACKETS[packetTypeOf(firstByte)]
  const flags = flagsOf(firstByte)
  if (packet === undefined) return 'reserved-packet-type' // §2.2.1
  if (packet.sentBy === role) return 'unexpected-packet-type' // Table 2.1: only we may send it
  if (packet.flags !== 'publish') return packet.flags === flags ? undefined : 'reserved-flags' // [MQTT-2.2.2-1]
  if (qosOf(flags) === 3) return 'invalid-qos' // [MQTT-3.3.1-4]
  return qosOf(flags) === 0 && (flags & DUP) !== 0 ? 'dup-with-qos-0' : undefined // [MQTT-3.3.1-2]
}

function judgeFirstBytes(role: Role | undefined): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, firstByte) => {
    const code = firstByteBreach(firstByte, role)
    return FIRST_BYTE_BREACHES.findIndex((breach) => breach?.code === code)
  })
}

const NO_LIMIT = Number.MAX_SAFE_INTEGER
const FIRST_BYTES = {
  any: judgeFirstBytes(undefined),
  client: judgeFirstBytes('client'),
  server: judgeFirstBytes('server'),
} as const

const DEFAULTS: Settings = {
  tolerances: new Map(),
  onTolerated: undefined,
  protocols: new Set(['3.1.1']),
  copyPayloads: false,
  limitsTopics: false,
  maxTopicLength: MAX_UINT16,
  maxTopicLevels: NO_LIMIT,
  maxTopicFilters: NO_LIMIT,
  firstBytes: FIRST_BYTES.any,
}

// Parsers whose options say no more than a role share one of these, so that an idle parser stays small.
const BY_ROLE: Readonly<Record<keyof typeof FIRST_BYTES, Settings>> = {
  any: DEFAULTS,
  client: { ...DEFAULTS, firstBytes: FIRST_BYTES.client },
  server: { ...DEFAULTS, firstBytes: FIRST_BYTES.server },
}

/**
 * Checks the options and brings them into the decoder's form.
 *
 * @throws TypeError for options that are none: an unknown code, protocol or role, a limit that is not a number.
 */
export function settingsFrom(options: ParserOptions | undefined): Settings {
  if (options === undefined) return DEFAULTS
  checkNames(options)
  const { role, maxPacketSize: _, ...own } = options
  if (role !== undefined && role !== 'client' && role !== 'server') {
    throw new TypeError(`role is 'client' or 'server', not ${String(role)}`)
  }
  const shared = BY_ROLE[role ?? 'any']
  if (Object.values(own).every((value) => value === undefined)) return shared
  return {
    tolerances: own.tolerate === undefined ? DEFAULTS.tolerances : tolerancesFrom(own.tolerate),
    onTolerated: ofType(own.onTolerated, 'function', 'onTolerated'),
    protocols:
      own.protocols === undefined
        ? DEFAULTS.protocols
        : new Set(checked(own.protocols, isProtocol, 'protocols')),
    copyPayloads: ofType(own.copyPayloads, 'boolean', 'copyPayloads') ?? false,
    limitsTopics: own.maxTopicLength !== undefined || own.maxTopicLevels !== undefined,
    maxTopicLength: limit(own.maxTopicLength, 'maxTopicLength') ?? DEFAULTS.maxTopicLength,
    maxTopicLevels: limit(own.maxTopicLevels, 'maxTopicLevels') ?? DEFAULTS.maxTopicLevels,
    maxTopicFilters: limit(own.maxTopicFilters, 'maxTopicFilters') ?? DEFAULTS.maxTopicFilters,
    firstBytes: shared.firstBytes,
  }
}

/**
 * A limit as the caller gave it.
 *
 * @throws TypeError unless it is undefined or a number of at least 1.
 */
export function limit(value: number | undefined, name: string): number | undefined {
  if (value === undefined || (typeof value === 'number' && value >= 1)) return value
  throw new TypeError(`${name} is a number of at least 1, not ${String(value)}`)
}

const NAMES: ReadonlySet<string> = new Set<keyof ParserOptions>([
  'tolerate',
  'onTolerated',
  'protocols',
  'copyPayloads',
  'maxTopicLength',
  'maxTopicLevels',
  'maxTopicFilters',
  'maxPacketSize',
  'role',
])

/** A misspelt option would go unnoticed otherwise. */
function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options are an object')
  const stranger = Object.keys(options).find((name) => !NAMES.has(name))
  if (stranger !== undefined) throw new TypeError(`there is no option ${stranger}`)
}

function ofType<Value>(value: Value, type: 'function' | 'boolean', name: string): Value {
  if (value !== undefined && typeof value !== type)
    throw new TypeError(`${name} is a ${type}, not ${String(value)}`)
  return value
}

function checked<Value>(
  values: Iterable<Value>,
  isAllowed: (value: Value) => boolean,
  name: string,
): Value[] {
  const list = [...values]
  for (const value of list)
    if (!isAllowed(value)) throw new TypeError(`${name} does not know ${String(value)}`)
  return list
}

function isProtocol(protocol: Protocol): boolean {
  return protocol === '3.1.1' || protocol === '3.1' || protocol === 'bridge'
}
