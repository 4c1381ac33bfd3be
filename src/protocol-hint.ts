// Recognizes other protocols at the start of a stream. This only improves error messages; it never refuses anything.

/** The first bytes of other protocols. */
// biome-ignore format: one row per protocol
export const PREFIXES: readonly (readonly [pattern: string, name: string])[] = [
  ...['GET ', 'HEAD ', 'POST ', 'PUT ', 'DELETE ', 'OPTIONS ', 'CONNECT ', 'PATCH ', 'TRACE ', 'PRI ', 'HTTP/'].map(
    (method) => [method, 'HTTP'] as const,
  ),
  ['PROXY ', 'a PROXY protocol header'],
  ['\r\n\r\n\0\r\nQUIT\n', 'a PROXY protocol header'],
  ['\x16\x03\x00', 'a TLS ClientHello'],
  ['\x16\x03\x01', 'a TLS ClientHello'],
  ['\x16\x03\x02', 'a TLS ClientHello'],
  ['\x16\x03\x03', 'a TLS ClientHello'],
]

/** How many bytes at the start of a stream are examined. */
const HINT_LENGTH = 16

/** The minimum number of bytes to tell protocols apart. */
const MIN_LENGTH = 3

/**
 * Names the protocol that the bytes up to `end` seem to be, for an error near the start of the stream's first packet.
 *
 * @param start the index of the packet's first byte
 * @param offset the offset of the error from the packet's first byte
 * @param streamOffset the stream offset of the packet's first byte; undefined outside a stream
 */
export function hintAt(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
  streamOffset: number | undefined,
): string | undefined {
  const isFirstPacket = start === 0 && (streamOffset ?? 0) === 0
  return isFirstPacket && offset < HINT_LENGTH ? protocolHint(bytes, end) : undefined
}

/** Recognizes protocols that are often sent to an MQTT port by mistake. */
function protocolHint(bytes: Uint8Array, end: number): string | undefined {
  let text = ''
  for (let index = 0; index < end && index < HINT_LENGTH; index++) text += String.fromCharCode(bytes[index]!)
  if (text.length < MIN_LENGTH) return undefined
  for (const [pattern, name] of PREFIXES) {
    if (text.startsWith(pattern) || pattern.startsWith(text)) return name
  }
  if (isWebSocketFrame(text)) return 'a WebSocket frame'
  const name = text.indexOf('\0\x04MQTT\x05')
  return text.startsWith('\x10') && name >= 2 && name <= 5 ? 'an MQTT 5 CONNECT' : undefined
}

/**
 * Whether this is a text or binary frame that contains MQTT. A client's is masked and contains a CONNECT, or only its fixed
 * header; a server's contains a CONNACK. A SUBSCRIBE starts with the same byte, but its length rarely fits.
 */
export function isWebSocketFrame(text: string): boolean {
  const at = (index: number): number => text.charCodeAt(index)
  if (at(0) !== 0x81 && at(0) !== 0x82) return false
  if (at(1) < 0x80) return text.startsWith('\x04\x20\x02', 1)
  const length = at(1) & 0x7f
  const maskAt = length === 126 ? 4 : length === 127 ? 10 : 2
  if (text.length < maskAt + 6 || (at(maskAt) ^ at(maskAt + 4)) !== 0x10) return false
  const remainingLength = at(maskAt + 1) ^ at(maskAt + 5) // or its first byte
  return maskAt === 2 ? length === 2 || length === 2 + remainingLength : remainingLength > 122
}
