// What you may choose, checked once and kept in the form that decoding and encoding read.

import { DECODE_ERRORS, type DecodeError, type DecodeErrorCode, type TolerableCode } from './errors.ts'
import {
  CONTROL_PACKETS,
  MAX_PACKET_SIZE,
  MAX_UINT16,
  type PacketTypeName,
  type Role,
} from './packet-types.ts'
import { show } from './show.ts'

/** The protocol versions that a CONNECT may ask for; `bridge` is a level with bit 0x80 set, as mosquitto's bridges send. */
export type Protocol = '3.1.1' | '3.1' | 'bridge'

/** A rule that may be broken: by every packet type, or by some only. */
export type Tolerance =
  | TolerableCode
  | { readonly code: TolerableCode; readonly packets: Iterable<PacketTypeName> }

/** Options of the encoder. An object is read when it is first passed: do not change it afterwards. */
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
export interface ParserOptions<R extends Role = Role> extends DecodeOptions {
  /** The largest packet in bytes, fixed header included; default 268,435,460, the protocol's limit. */
  readonly maxPacketSize?: number | undefined
  /** What you are. Packet types that Table 2.1 does not let the peer send are refused at the fixed header. */
  readonly role?: R | undefined
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
  for (const entry of listOf(tolerate, 'tolerate', "of codes: ['packet-identifier-zero']")) {
    const { code, packets } =
      typeof entry === 'object' && entry !== null
        ? (entry as { code: unknown; packets: unknown })
        : { code: entry, packets: PACKET_TYPES }
    if (!isTolerable(code)) throw new TypeError(`tolerate: ${show(code)} is not a code that can be tolerated`)
    const types = tolerances.get(code) ?? new Set()
    for (const type of listOf(packets, 'packets', "of packet types: ['pingreq']")) {
      if (!PACKET_TYPES.has(type as string))
        throw new TypeError(`tolerate: there is no packet type ${show(type)}`)
      types.add(type as string)
    }
    tolerances.set(code, types)
  }
  return tolerances
}

/** Whether a code may stand in `tolerate`. */
export function isTolerable(code: unknown): code is TolerableCode {
  return (
    typeof code === 'string' &&
    Object.hasOwn(DECODE_ERRORS, code) &&
    DECODE_ERRORS[code as DecodeErrorCode].tolerable
  )
}

/** Options as decoding reads them. */
export interface Settings {
  readonly tolerate: Tolerances
  readonly onTolerated: ((violation: DecodeError) => void) | undefined
  readonly refuse: ReadonlySet<Refusable>
  readonly protocols: ReadonlySet<Protocol>
  readonly copyPayloads: boolean
  readonly maxTopicLength: number
  readonly maxTopicLevels: number
  readonly maxTopicFilters: number
  readonly role: Role | undefined
  /** Whether a topic must be measured: one of its limits is less than the protocol allows. */
  readonly limitsTopics: boolean
  /** The version whose rules hold. */
  readonly version: '3.1.1' | '3.1'
  /** A code for each first byte: see `fixed-header.ts`, which fills the table in when it is first needed. */
  readonly validLengths: Uint8Array
  /** The settings that the stream started with, where its CONNECT has changed the version. */
  readonly initial: Settings | undefined
}

type Checked<Name extends keyof ParserOptions> = Name extends keyof Settings ? Settings[Name] : number

const NO_LIMIT = Number.POSITIVE_INFINITY

/** The most that `maxTopicFilters` may be. */
export const MOST_TOPIC_FILTERS = 1_048_576

/** One row for each option: what its value becomes, and what holds without one. */
const OPTIONS: {
  readonly [Name in keyof Required<ParserOptions>]: {
    readonly check: (value: unknown, name: string) => Checked<Name>
    readonly byDefault: Checked<Name>
  }
} = {
  tolerate: { check: tolerancesFrom, byDefault: new Map() },
  onTolerated: { check: aFunction, byDefault: undefined },
  refuse: { check: setOf<Refusable>('control-characters', 'non-characters'), byDefault: new Set() },
  protocols: { check: setOf<Protocol>('3.1.1', '3.1', 'bridge'), byDefault: new Set(['3.1.1']) },
  copyPayloads: { check: aBoolean, byDefault: false },
  maxTopicLength: { check: aLimit(), byDefault: MAX_UINT16 },
  maxTopicLevels: { check: aLimit(), byDefault: NO_LIMIT },
  maxTopicFilters: { check: aLimit(MOST_TOPIC_FILTERS), byDefault: MAX_UINT16 },
  maxPacketSize: { check: aLimit(), byDefault: MAX_PACKET_SIZE },
  role: { check: aRole, byDefault: undefined },
}

/** The values of the options that are given, or of the defaults. */
type CheckedOptions = { [Name in keyof Required<ParserOptions>]: Checked<Name> }

/** By role and version. */
const VALID_LENGTHS = new Map<string, Uint8Array>()

const DEFAULTS: Settings = settingsOf(checkedOptions({}))

// Parsers whose options name no more than a role share one of these, so that an idle parser stays small.
const BY_ROLE: Readonly<Record<Role, Settings>> = {
  client: settingsOf(checkedOptions({ role: 'client' })),
  server: settingsOf(checkedOptions({ role: 'server' })),
}

/**
 * Checks the options of a parser. Only own enumerable properties count, and each is read once.
 *
 * @throws TypeError if `options` is not an object of known options, each with a valid value
 */
export function parserOptionsFrom(options: ParserOptions | undefined): {
  readonly settings: Settings
  readonly maxPacketSize: number
} {
  if (options === undefined) return { settings: DEFAULTS, maxPacketSize: MAX_PACKET_SIZE }
  const given = givenOptions(options, OPTIONS)
  const checked = checkedOptions(given)
  const { role, maxPacketSize } = checked
  const names = Object.keys(given).filter((name) => name !== 'role' && name !== 'maxPacketSize')
  if (names.length > 0) return { settings: settingsOf(checked), maxPacketSize }
  return { settings: role === undefined ? DEFAULTS : BY_ROLE[role], maxPacketSize }
}

/** As {@link parserOptionsFrom}, for whoever has no use for `maxPacketSize`. */
export function settingsFrom(options: ParserOptions | undefined): Settings {
  return parserOptionsFrom(options).settings
}

/** The settings for what follows a CONNECT of MQTT 3.1. */
export function settingsOf31(settings: Settings): Settings {
  if (settings.version === '3.1') return settings
  return {
    ...settings,
    version: '3.1',
    validLengths: validLengthsOf(settings.role, '3.1'),
    initial: settings,
  }
}

/**
 * Checks a value of `maxPacketSize`.
 *
 * @throws TypeError unless it is a number of at least 1
 */
export function checkMaxPacketSize(bytes: unknown): number {
  return OPTIONS.maxPacketSize.check(bytes, 'maxPacketSize')
}

/**
 * The own enumerable properties of `options` that are not undefined.
 *
 * @throws TypeError if it is not an object, or has a property that `known` has not
 */
export function givenOptions(options: unknown, known: object): Record<string, unknown> {
  if (typeof options !== 'object' || options === null || Symbol.iterator in options)
    throw new TypeError(`options must be an object, not ${kindOf(options)}`)
  const given: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`there is no option ${show(name)}`)
    if (value !== undefined) given[name] = value
  }
  return given
}

function checkedOptions(given: Readonly<Record<string, unknown>>): CheckedOptions {
  const rows = Object.entries(OPTIONS).map(([name, { check, byDefault }]) => [
    name,
    Object.hasOwn(given, name) ? check(given[name], name) : byDefault,
  ])
  return Object.fromEntries(rows) as CheckedOptions
}

function settingsOf({ maxPacketSize: _, ...checked }: CheckedOptions): Settings {
  const { maxTopicLength, maxTopicLevels, protocols, role } = checked
  const version = protocols.size === 1 && protocols.has('3.1') ? '3.1' : '3.1.1'
  return {
    ...checked,
    limitsTopics: maxTopicLength < MAX_UINT16 || maxTopicLevels < NO_LIMIT,
    version,
    validLengths: validLengthsOf(role, version),
    initial: undefined,
  }
}

/** The one table for all receivers of this role and version. */
function validLengthsOf(role: Role | undefined, version: Settings['version']): Uint8Array {
  const key = `${role} ${version}`
  const table = VALID_LENGTHS.get(key) ?? new Uint8Array(256)
  VALID_LENGTHS.set(key, table)
  return table
}

function aFunction(value: unknown, name: string): Settings['onTolerated'] {
  if (typeof value === 'function') return value as Settings['onTolerated']
  throw new TypeError(`${name} must be a function, not ${show(value)}`)
}

function aBoolean(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be a boolean, not ${show(value)}`)
}

function aLimit(most = NO_LIMIT): (value: unknown, name: string) => number {
  const range = most === NO_LIMIT ? 'a number of at least 1' : `a number from 1 to ${most}`
  return (value, name) => {
    if (typeof value === 'number' && value >= 1 && value <= most) return value
    throw new TypeError(`${name} must be ${range}, not ${show(value)}`)
  }
}

function aRole(value: unknown, name: string): Role {
  if (value === 'client' || value === 'server') return value
  throw new TypeError(`${name} must be 'client' or 'server', not ${show(value)}`)
}

function setOf<Value extends string>(...known: Value[]): (list: unknown, name: string) => ReadonlySet<Value> {
  return (list, name) => {
    const values = listOf(list, name, `of ${known.map(show).join(', ')}`)
    for (const value of values) {
      if (!(known as unknown[]).includes(value))
        throw new TypeError(`${name} is a list of ${known.map(show).join(', ')}; there is no ${show(value)}`)
    }
    return new Set(values as Value[])
  }
}

/** The entries of a list: an array or a set, for example. Not a string, although one can be iterated, and not a Map. */
function listOf(value: unknown, name: string, expected: string): unknown[] {
  const isList =
    typeof value === 'object' && value !== null && Symbol.iterator in value && !(value instanceof Map)
  if (!isList) throw new TypeError(`${name} is a list ${expected}, not ${show(value)}`)
  return [...(value as Iterable<unknown>)]
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return show(value)
  return Array.isArray(value) ? 'an array' : 'a list'
}
