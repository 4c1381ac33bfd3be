// Options, checked once and kept in the form that decoding and encoding use.

import { isTolerable, type TolerableCode } from './error-rules.ts'
import type { DecodeError } from './errors.ts'
import {
  MAX_PACKET_SIZE,
  MAX_UINT16,
  PACKET_TYPE_NAMES,
  type PacketTypeName,
  type Role,
} from './packet-types.ts'
import { show } from './show.ts'

/** The protocols that a CONNECT may ask for. `bridge` is a level with bit 0x80 set, as mosquitto's bridges send it. */
export type Protocol = '3.1.1' | '3.1' | 'bridge'

/** A rule that packets may break: all packet types, or only the listed ones. */
export type Tolerance =
  | TolerableCode
  | { readonly code: TolerableCode; readonly packets: Iterable<PacketTypeName> }

/** Options of the encoder. Each object is read once, when you first pass it: do not change it afterwards. */
export interface EncodeOptions {
  /** The rules that a packet may break. By default none: the encoder refuses what the default decoder refuses. */
  readonly tolerate?: Iterable<Tolerance> | undefined
}

/** What to tolerate, refuse and limit. */
export interface DecodeOptions {
  /** The rules that a packet may break; default none. The README lists what each leaves in the decoded packet. */
  readonly tolerate?: Iterable<Tolerance> | undefined
  /** Called with each error that `tolerate` suppresses, in the order of the packet's bytes. */
  readonly onTolerated?: ((violation: DecodeError) => void) | undefined
  /** Characters to refuse, among those that a receiver may refuse (§1.5.3); default none. */
  readonly refuse?: Iterable<Refusable> | undefined
  /** The protocols that a CONNECT may ask for; default `['3.1.1']`. With only `['3.1']`, its rules apply to all packets. */
  readonly protocols?: Iterable<Protocol> | undefined
  /**
   * Whether to copy each payload, will message and password into memory of its own instead of returning a view of the
   * input; default false. Without it, do not overwrite the input while you use a packet.
   */
  readonly copyPayloads?: boolean | undefined
  /** The maximum length of a topic name or topic filter, 1 to 65,535 bytes; default 65,535. */
  readonly maxTopicLength?: number | undefined
  /** The maximum number of levels of a topic name or topic filter, at least 1; default no limit. */
  readonly maxTopicLevels?: number | undefined
  /** The maximum number of entries in SUBSCRIBE, UNSUBSCRIBE and SUBACK, 1 to 1,048,576; default 65,535. */
  readonly maxTopicFilters?: number | undefined
}

/** {@link DecodeOptions}, and the options for streams of packets. */
export interface ParserOptions<R extends Role = Role> extends DecodeOptions {
  /** The maximum packet size in bytes, fixed header included; default 268,435,460, the protocol's limit. */
  readonly maxPacketSize?: number | undefined
  /** Your own role. Packet types that Table 2.1 does not let the peer send are refused at the fixed header. */
  readonly role?: R | undefined
}

/** {@link ParserOptions} for parsers that return large payloads in pieces. */
export interface PieceParserOptions<R extends Role = Role> extends ParserOptions<R> {
  /** Return the payload of a PUBLISH in pieces if it has at least this many bytes: 1 or more, default 65,536. */
  readonly piecesFrom?: number | undefined
}

/** The kinds of characters that §1.5.3 lets a receiver refuse. */
export type Refusable = 'control-characters' | 'non-characters'

/** The packet types that may break a rule, by the rule's code. */
export interface Tolerances {
  get(code: string): { has(packetType: string): boolean } | undefined
}

/** Whether a packet of this type may break this rule. */
export function isTolerated(tolerances: Tolerances, code: string, packetType: string | undefined): boolean {
  return tolerances.get(code)?.has(packetType as string) ?? false
}

const PACKET_TYPES: ReadonlySet<string> = /* @__PURE__ */ new Set(PACKET_TYPE_NAMES)

/** The properties of an entry of `tolerate` that is an object. */
const TOLERANCE = { code: true, packets: true }

/**
 * Checks the `tolerate` option. Only the own enumerable properties of an entry count.
 *
 * @throws TypeError if it is not a list, or an entry is not a tolerable code or `{ code, packets }`
 */
export function tolerancesFrom(tolerate: unknown): Tolerances {
  const tolerances = new Map<string, Set<string>>()
  for (const entry of listOf(tolerate, 'tolerate', "of codes such as ['packet-identifier-zero']")) {
    const { code, packets } =
      typeof entry === 'object' && entry !== null
        ? ownProperties(entry, TOLERANCE, 'tolerate: unknown property')
        : { code: entry, packets: PACKET_TYPES }
    if (!isTolerable(code)) throw new TypeError(`tolerate: ${show(code)} is not a code that can be tolerated`)
    const types = tolerances.get(code) ?? new Set()
    for (const type of listOf(packets, 'packets', "of packet types such as ['pingreq']")) {
      if (!PACKET_TYPES.has(type as string))
        throw new TypeError(`tolerate: unknown packet type ${show(type)}`)
      types.add(type as string)
    }
    tolerances.set(code, types)
  }
  return tolerances
}

/** The options, in the form that decoding uses. */
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
  /** Whether topics must be measured: a limit is stricter than the protocol's. */
  readonly limitsTopics: boolean
  /** The version whose rules apply. */
  readonly version: '3.1.1' | '3.1'
  /** The valid Remaining Lengths by first byte: see `fixed-header.ts`, which fills in the table when it is first needed. */
  readonly validLengths: Uint8Array
  /** The settings at the start of the stream, if its CONNECT has changed the version since. */
  readonly initial: Settings | undefined
}

type Checked<Name extends keyof PieceParserOptions> = Name extends keyof Settings ? Settings[Name] : number

const NO_LIMIT = Number.POSITIVE_INFINITY

/** The maximum value of `maxTopicFilters`. */
export const MAX_TOPIC_FILTERS = 1_048_576

type Check<Value> = (value: unknown, name: string) => Value

/** Returns a check that refuses a value unless `isValid` accepts it. `requirement` says what it must be. */
function must<Value>(requirement: string, isValid: (value: unknown) => boolean): Check<Value> {
  return (value, name) => {
    if (!isValid(value)) throw new TypeError(`${name} must be ${requirement}, not ${show(value)}`)
    return value as Value
  }
}

function limit(most = NO_LIMIT): Check<number> {
  const range = most === NO_LIMIT ? 'of at least 1' : `from 1 to ${most}`
  return must(`a number ${range}`, (value) => typeof value === 'number' && value >= 1 && value <= most)
}

const atLeastOne = /* @__PURE__ */ limit()

/** One row per option: how to check its value, and its default. */
const OPTIONS: {
  readonly [Name in keyof Required<PieceParserOptions>]: readonly [Check<Checked<Name>>, Checked<Name>]
} = {
  tolerate: [tolerancesFrom, new Map()],
  onTolerated: [/* @__PURE__ */ must('a function', (value) => typeof value === 'function'), undefined],
  refuse: [/* @__PURE__ */ setOf<Refusable>('control-characters', 'non-characters'), new Set()],
  protocols: [/* @__PURE__ */ setOf<Protocol>('3.1.1', '3.1', 'bridge'), new Set(['3.1.1'])],
  copyPayloads: [/* @__PURE__ */ must('a boolean', (value) => typeof value === 'boolean'), false],
  maxTopicLength: [atLeastOne, MAX_UINT16],
  maxTopicLevels: [atLeastOne, NO_LIMIT],
  maxTopicFilters: [/* @__PURE__ */ limit(MAX_TOPIC_FILTERS), MAX_UINT16],
  maxPacketSize: [atLeastOne, MAX_PACKET_SIZE],
  role: [
    /* @__PURE__ */ must("'client' or 'server'", (value) => value === 'client' || value === 'server'),
    undefined,
  ],
  piecesFrom: [atLeastOne, 65_536],
}

/** The checked value of each option, or its default. */
type CheckedOptions = { [Name in keyof Required<PieceParserOptions>]: Checked<Name> }

/** By role and version. */
const VALID_LENGTHS = new Map<string, Uint8Array>()

/** What parsers that set no option but a role share, so that an idle parser stays small. */
const SHARED_SETTINGS = new Map<Role | undefined, Settings>()

const PARSER_DEFAULTS = /* @__PURE__ */ checkedParserOptions({})

/** The checked options of a parser. */
export interface CheckedParserOptions {
  readonly settings: Settings
  readonly maxPacketSize: number
  readonly piecesFrom: number
  /** Whether `piecesFrom` was given. */
  readonly isForPieces: boolean
}

/** The results for frozen options. Parsers that share options share the result, so that each idle parser stays small. */
const FROZEN = new WeakMap<ParserOptions, CheckedParserOptions>()

/**
 * Checks the options of a parser of whole packets. Only own enumerable properties are considered, and each is read once. A
 * frozen object is read only the first time.
 *
 * @throws TypeError if `options` is not an object of known options, each with a valid value. `piecesFrom` is refused
 *   rather than ignored: a caller who sets it does not expect the parser to buffer large payloads
 */
export function parserOptionsFrom(options: ParserOptions | undefined): CheckedParserOptions {
  const checked = pieceParserOptionsFrom(options)
  if (checked.isForPieces) throw new TypeError('piecesFrom is an option of PieceParser and decodeStream only')
  return checked
}

/** The same as {@link parserOptionsFrom}, for a parser that returns payloads in pieces. */
export function pieceParserOptionsFrom(options: PieceParserOptions | undefined): CheckedParserOptions {
  if (options === undefined) return PARSER_DEFAULTS
  const known = FROZEN.get(options)
  if (known !== undefined) return known
  const checked = checkedParserOptions(givenOptions(options, OPTIONS))
  if (Object.isFrozen(options)) FROZEN.set(options, checked)
  return checked
}

/** The same as {@link parserOptionsFrom}, without `maxPacketSize`. */
export function settingsFrom(options: ParserOptions | undefined): Settings {
  return parserOptionsFrom(options).settings
}

/** The settings for the packets after an MQTT 3.1 CONNECT. */
export function mqtt31Settings(settings: Settings): Settings {
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
  return atLeastOne(bytes, 'maxPacketSize')
}

/** @throws TypeError if `options` is not an object: neither a list nor a Map is one */
export function assertOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null || Symbol.iterator in options)
    throw new TypeError(`options must be an object, not ${show(options)}`)
}

/**
 * The own enumerable properties of `options` that are not undefined.
 *
 * @throws TypeError if `options` is not an object, or has a property that `known` does not have
 */
export function givenOptions(options: object, known: object): Record<string, unknown> {
  assertOptions(options)
  return ownProperties(options, known, 'unknown option')
}

function ownProperties(object: object, known: object, complaint: string): Record<string, unknown> {
  const properties: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(object)) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`${complaint} ${show(name)}`)
    if (value !== undefined) properties[name] = value
  }
  return properties
}

function checkedOptions(given: Readonly<Record<string, unknown>>): CheckedOptions {
  const rows = Object.entries(OPTIONS).map(([name, [check, defaultValue]]) => [
    name,
    Object.hasOwn(given, name) ? check(given[name], name) : defaultValue,
  ])
  return Object.fromEntries(rows) as CheckedOptions
}

function checkedParserOptions(given: Readonly<Record<string, unknown>>): CheckedParserOptions {
  const { maxPacketSize, piecesFrom, ...checked } = checkedOptions(given)
  const { role } = checked
  const isShared = Object.keys(given).every((name) => name === 'role' || !Object.hasOwn(checked, name))
  const settings = (isShared ? SHARED_SETTINGS.get(role) : undefined) ?? settingsOf(checked)
  if (isShared) SHARED_SETTINGS.set(role, settings)
  return { settings, maxPacketSize, piecesFrom, isForPieces: given.piecesFrom !== undefined }
}

function settingsOf(checked: Omit<CheckedOptions, 'maxPacketSize' | 'piecesFrom'>): Settings {
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

/** The table that all receivers of this role and version share. */
function validLengthsOf(role: Role | undefined, version: Settings['version']): Uint8Array {
  const key = `${role} ${version}`
  const table = VALID_LENGTHS.get(key) ?? new Uint8Array(256)
  VALID_LENGTHS.set(key, table)
  return table
}

function setOf<Value extends string>(...known: Value[]): Check<ReadonlySet<Value>> {
  const names = known.map(show).join(', ')
  return (list, name) => {
    const values = listOf(list, name, `of ${names}`)
    for (const value of values) {
      if (!(known as unknown[]).includes(value))
        throw new TypeError(`${name} must contain only ${names}, not ${show(value)}`)
    }
    return new Set(values as Value[])
  }
}

/** The entries of a list, such as an array or a Set. Strings and Maps are refused, although they are iterable. */
function listOf(value: unknown, name: string, expected: string): unknown[] {
  const isList =
    typeof value === 'object' && value !== null && Symbol.iterator in value && !(value instanceof Map)
  if (!isList) throw new TypeError(`${name} must be a list ${expected}, not ${show(value)}`)
  return [...(value as Iterable<unknown>)]
}
