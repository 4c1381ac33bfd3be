// Recognizes the protocol of a stream from its first bytes.

import { isWebSocketFrame, PREFIXES } from '../protocol-hint.ts'
import { assertBytes } from '../wire/bytes.ts'
import { remainingLengthAt } from '../wire/remaining-length.ts'

/** The protocols that {@link identify} recognizes. */
export type IdentifiedProtocol =
  | 'mqtt-3.1'
  | 'mqtt-3.1.1'
  | 'mqtt-5'
  | 'tls'
  | 'http'
  | 'websocket-upgrade'
  | 'websocket'
  | 'proxy'
  | 'unknown'

/** The result of {@link identify}. */
export interface Identification {
  readonly protocol: IdentifiedProtocol
  /** Whether it is a CONNECT whose protocol level has bit 0x80 set, as mosquitto's bridges do. */
  readonly bridge: boolean
  /** For messages: `'an MQTT 5 CONNECT'`, `'a TLS ClientHello'`. */
  readonly description: string
}

/** How many bytes are examined, except for HTTP. */
const EXAMINED = 16

/** How many bytes of HTTP are searched for an upgrade. */
const MAX_HTTP_LENGTH = 8_192

/**
 * Recognizes the protocol of a stream, so that a server can choose a codec before it pushes any bytes: a CONNECT of MQTT 3.1,
 * 3.1.1 or 5, or of a bridge; a TLS ClientHello; HTTP, or its upgrade to a WebSocket; a WebSocket frame that contains MQTT; or a
 * PROXY protocol header.
 *
 * @param bytes the beginning of the stream, and any bytes after it
 * @returns undefined if more bytes are needed: at most 16, or 8,192 for HTTP
 * @throws TypeError if `bytes` is not a Uint8Array
 */
export function identify(bytes: Uint8Array): Identification | undefined {
  assertBytes(bytes)
  const text = latin1(bytes, EXAMINED)
  for (const [pattern, name] of PREFIXES) {
    if (text.startsWith(pattern)) return name === 'HTTP' ? http(bytes) : PREFIXED[name]
    if (pattern.startsWith(text)) return undefined
  }
  if (bytes[0] === CONNECT) return connect(bytes)
  if (bytes[0] === TEXT_FRAME || bytes[0] === BINARY_FRAME) return webSocket(bytes, text)
  return UNKNOWN
}

const CONNECT = 0x10
const TEXT_FRAME = 0x81
const BINARY_FRAME = 0x82

function identification(protocol: IdentifiedProtocol, description: string, bridge = false): Identification {
  return { protocol, bridge, description }
}

const UNKNOWN = identification('unknown', 'an unknown protocol')
const PREFIXED: Readonly<Record<string, Identification>> = {
  'a TLS ClientHello': identification('tls', 'a TLS ClientHello'),
  'a PROXY protocol header': identification('proxy', 'a PROXY protocol header'),
}

function http(bytes: Uint8Array): Identification | undefined {
  const [header, end] = latin1(bytes, MAX_HTTP_LENGTH).split('\r\n\r\n', 2)
  if (/^upgrade:[ \t]*websocket[ \t]*\r?$/im.test(header!))
    return identification('websocket-upgrade', 'an HTTP upgrade to a WebSocket')
  return end === undefined && bytes.length < MAX_HTTP_LENGTH ? undefined : identification('http', 'HTTP')
}

function webSocket(bytes: Uint8Array, text: string): Identification | undefined {
  if (isWebSocketFrame(text)) return identification('websocket', 'a WebSocket frame')
  const [, masking = 0x80] = bytes
  const length = masking & 0x7f
  const header = length === 126 ? 4 : length === 127 ? 10 : 2
  // A client's mask and fixed header, or a server's CONNACK
  const needed = masking >= 0x80 ? header + 6 : masking === 4 ? header + 2 : header
  return text.length < needed ? undefined : UNKNOWN
}

const BRIDGE = 0x80

// biome-ignore format: one row per version
const VERSIONS = [
  { name: '\0\x04MQTT', level: 4, protocol: 'mqtt-3.1.1', description: 'an MQTT 3.1.1 CONNECT' },
  { name: '\0\x04MQTT', level: 5, protocol: 'mqtt-5', description: 'an MQTT 5 CONNECT' },
  { name: '\0\x06MQIsdp', level: 3, protocol: 'mqtt-3.1', description: 'an MQTT 3.1 CONNECT' },
] as const

function connect(bytes: Uint8Array): Identification | undefined {
  const remainingLength = remainingLengthAt(bytes, 1, bytes.length)
  if (remainingLength === undefined) return undefined
  if (remainingLength === 'too-long') return UNKNOWN
  const start = 1 + remainingLength.length
  const body = latin1(bytes.subarray(start, start + remainingLength.value), EXAMINED)
  for (const { name, level, protocol, description } of VERSIONS) {
    if (name.startsWith(body) && body.length < remainingLength.value) return undefined
    if (!body.startsWith(name)) continue
    const found = body.charCodeAt(name.length)
    if (found === level) return identification(protocol, description)
    if (level < 5 && found === (level | BRIDGE))
      return identification(protocol, `${description} from a bridge`, true)
  }
  return UNKNOWN
}

/** The first bytes as text, one character per byte. */
function latin1(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length))
}
