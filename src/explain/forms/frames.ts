// Network frames in Wireshark's hex dumps. The MQTT bytes are their TCP payloads.

import { concat } from '../../wire/bytes.ts'
import type { InputChunk, LineReader } from './form.ts'

/** The lengths of link-layer headers: none, loopback, Ethernet, Linux cooked capture, Ethernet with a VLAN. */
const LINK_LENGTHS = [0, 4, 14, 16, 18]
/** The maximum padding that Ethernet adds to short packets. */
const MAX_PADDING = 46
const TCP = 6
const MQTT_PORT = 1883

/** The TCP payload of a frame; undefined if the bytes are not a frame with TCP. */
export function tcpPayload(frame: Uint8Array): InputChunk | undefined {
  for (const linkLength of LINK_LENGTHS) {
    const packet = frame.subarray(linkLength)
    const { headerLength, length, protocol } = ipHeader(packet)
    const surplus = packet.length - length
    const isWhole =
      length >= headerLength + 20 && surplus >= 0 && surplus <= (linkLength === 0 ? 0 : MAX_PADDING)
    if (protocol !== TCP || !isWhole) continue
    const segment = packet.subarray(headerLength, length)
    const bytes = segment.subarray((segment[12]! >> 4) * 4)
    if (uint16(segment, 2) === MQTT_PORT) return { bytes, direction: 'c2s' }
    return uint16(segment, 0) === MQTT_PORT ? { bytes, direction: 's2c' } : { bytes }
  }
  return undefined
}

/** The maximum length of a frame. */
const MAX_FRAME = 65_600

/** Reads dumps, and extracts the payload of those that are frames. */
export class FrameReader implements LineReader {
  private readonly dump: LineReader
  /** The dump that may be a frame. */
  private held: InputChunk[] = []
  private length = 0

  constructor(dump: LineReader) {
    this.dump = dump
  }

  line(line: string, number: number): InputChunk[] {
    const isStart = /^[ \t]*0+[ \t]/.test(line)
    const chunks = isStart || this.length > MAX_FRAME ? this.release() : []
    for (const chunk of this.dump.line(line, number)) {
      this.held.push(chunk)
      this.length += chunk.bytes.length
    }
    return chunks
  }

  end(): InputChunk[] {
    return this.release()
  }

  private release(): InputChunk[] {
    const { held } = this
    this.held = []
    this.length = 0
    const payload = tcpPayload(concat(held.map(({ bytes }) => bytes)))
    return payload === undefined ? held : [payload]
  }
}

const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!

/** Reads an IPv4 or IPv6 header; the protocol is -1 if it is neither. */
function ipHeader(packet: Uint8Array): { headerLength: number; length: number; protocol: number } {
  const [first = 0] = packet
  const version = first >> 4
  if (version === 4)
    return { headerLength: (first & 0x0f) * 4, length: uint16(packet, 2), protocol: packet[9]! }
  if (version === 6) return { headerLength: 40, length: 40 + uint16(packet, 4), protocol: packet[6]! }
  return { headerLength: 0, length: 0, protocol: -1 }
}
