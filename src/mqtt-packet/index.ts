// mqtt-packet's API, implemented with mqtt-wire.

import {
  type EncodeOptions,
  encode,
  encodePublishHeader,
  type ParserOptions,
  type PublishHeaderInput,
  type Tolerance,
} from '../index.ts'
import { toEncode } from './outgoing.ts'
import { PacketEmitter } from './parser.ts'
import type { Bytes, MqttPacket, Packet } from './types.ts'
import { isVersion5, withoutOriginal } from './version-5.ts'
import { inFamiliarWords } from './words.ts'
import { FLUSHES, type Flush, writerOf } from './writer.ts'

export type {
  Bytes,
  IAuthPacket,
  IConnackPacket,
  IConnectPacket,
  IDisconnectPacket,
  IPacket,
  IPingreqPacket,
  IPingrespPacket,
  IPubackPacket,
  IPubcompPacket,
  IPublishPacket,
  IPubrecPacket,
  IPubrelPacket,
  ISubackPacket,
  ISubscribePacket,
  ISubscription,
  IUnsubackPacket,
  IUnsubscribePacket,
  MqttPacket,
  Packet,
  PacketCmd,
  Parser,
  QoS,
  UserProperties,
  WritableStream,
} from './types.ts'

/** Limits for all parsers or for one, with the names and ranges of mqtt-wire's `PacketParser`. */
type Limits = Pick<
  ParserOptions,
  'maxPacketSize' | 'maxTopicLength' | 'maxTopicLevels' | 'maxTopicFilters' | 'copyPayloads'
>

/** The options of {@link createMqttPacket}. */
export interface MqttPacketOptions extends Limits {
  /** mqtt-packet itself, which handles MQTT 5; without it MQTT 5 is refused. */
  readonly v5?: object | undefined
  /** Refuse everything that mqtt-wire refuses; default false, which tolerates what mqtt-packet's users depend on. */
  readonly strict?: boolean | undefined
  /** When written packets are sent: `'tick'`, the default, as in mqtt-packet; or `'immediate'`, which batches more. */
  readonly flush?: Flush | undefined
}

// Users of mqtt-packet depend on these, in both directions: brokers check topics and identifiers themselves and report their own
// errors, answer with CONNACK 6, and forward a publisher's DUP.
const BOTH_WAYS: readonly Tolerance[] = [
  'packet-identifier-zero',
  'wildcard-in-topic-name',
  'empty-topic-filter',
  'misplaced-multi-level-wildcard',
  'misplaced-single-level-wildcard',
  'reserved-connack-code',
  { code: 'empty-topic-name', packets: ['publish'] },
]
const INCOMING: readonly Tolerance[] = [
  ...BOTH_WAYS,
  'dup-with-qos-0',
  'empty-client-identifier', // for the broker to answer with CONNACK 2 [MQTT-3.1.3-8]
]
const PROTOCOLS = ['3.1.1', '3.1', 'bridge'] as const

const LIMITS = [
  'maxPacketSize',
  'maxTopicLength',
  'maxTopicLevels',
  'maxTopicFilters',
  'copyPayloads',
] as const
const OPTIONS = new Set<string>([...LIMITS, 'v5', 'strict', 'flush'])

/** Longer payloads are written separately, because copying them would cost more than a second write. */
const LARGEST_COPY = 4_096

/**
 * Creates mqtt-packet's functions with options.
 *
 * @throws TypeError if an option is unknown or invalid
 */
export function createMqttPacket(options: MqttPacketOptions = {}): MqttPacket {
  if (typeof options !== 'object' || Symbol.iterator in options)
    throw new TypeError('options must be an object')
  for (const name of Object.keys(options))
    if (!OPTIONS.has(name)) throw new TypeError(`unknown option ${JSON.stringify(name)}`)
  const { v5, strict = false, flush = 'tick' } = options
  if (!FLUSHES.includes(flush)) throw new TypeError(`flush must be one of ${FLUSHES.join(', ')}`)
  if (typeof strict !== 'boolean') throw new TypeError('strict must be a boolean')
  const original = v5 === undefined ? withoutOriginal : (v5 as MqttPacket)
  for (const name of ['parser', 'generate', 'writeToStream'] as const)
    if (typeof original[name] !== 'function')
      throw new TypeError(`v5 must be mqtt-packet, with a function ${name}`)

  const encodeOptions: EncodeOptions = Object.freeze({ tolerate: strict ? [] : BOTH_WAYS })
  const shared: ParserOptions = Object.freeze({
    protocols: PROTOCOLS,
    tolerate: strict ? [] : INCOMING,
    ...limitsOf(options),
  })
  const parser: MqttPacket['parser'] = (given) => {
    const opts = given ?? {}
    if (isVersion5(opts)) return original.parser(opts)
    const own = limitsOf(opts)
    const all = Object.keys(own).length === 0 ? shared : { ...shared, ...own } // the shared options were already checked
    return new PacketEmitter(opts, all, () => original.parser(opts))
  }
  parser() // reports invalid limits now instead of at the first connection

  const bytesOf = (packet: Packet): Bytes => encode(toEncode(packet, strict), encodeOptions) as Bytes

  const generate = (packet: Packet, opts?: object): Bytes => {
    if (speaksVersion5(packet, opts)) return original.generate(packet, opts)
    try {
      return bytesOf(packet)
    } catch (error) {
      throw inFamiliarWords(error)
    }
  }

  const write = writerOf((packet) => {
    const payload = packet.cmd === 'publish' ? packet.payload : undefined
    if (!(payload instanceof Uint8Array) || payload.length <= LARGEST_COPY) return [bytesOf(packet)]
    const header = toEncode(packet, strict) as PublishHeaderInput
    return [encodePublishHeader(header, payload.length, encodeOptions), payload]
  }, flush)
  const writeToStream: MqttPacket['writeToStream'] = (packet, stream, opts) => {
    return speaksVersion5(packet, opts) ? original.writeToStream(packet, stream, opts) : write(packet, stream)
  }
  writeToStream.cacheNumbers = true

  return { parser, generate, writeToStream }
}

function limitsOf(options: object): ParserOptions {
  const given = options as Readonly<Record<string, unknown>>
  const limits = LIMITS.filter((name) => given[name] !== undefined).map((name) => [name, given[name]])
  return Object.fromEntries(limits) as ParserOptions
}

/** A CONNECT has its own version; for other packets the options decide. */
function speaksVersion5(packet: Packet | null | undefined, opts: object | undefined): boolean {
  return isVersion5(packet?.cmd === 'connect' ? packet : opts)
}

const api: MqttPacket & { readonly createMqttPacket: typeof createMqttPacket } = {
  ...createMqttPacket(),
  createMqttPacket,
}

export const parser: MqttPacket['parser'] = api.parser
export const generate: MqttPacket['generate'] = api.generate
export const writeToStream: MqttPacket['writeToStream'] = api.writeToStream
export default api
