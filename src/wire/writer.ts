// Packets that have been checked and can be written.

import { FIRST_BYTE, type PacketTypeName } from '../packet-types.ts'
import { privateCopy, put } from './bytes.ts'
import { packetSize, writeRemainingLength } from './remaining-length.ts'
import { writeUtf8 } from './utf8.ts'

/** The length of the length prefix of text and binary data (§1.5.3). */
export const PREFIX_SIZE = 2

/** A checked packet, ready to be written. */
export interface Outgoing {
  readonly firstByte: number
  /** The size of the packet in bytes. */
  readonly size: number
  /** Writes the packet to a target with enough room, and releases its references. */
  write(target: Uint8Array, offset: number): void
  /** Releases the packet's references without writing it. */
  release(): void
}

/** Writes a two-byte integer. */
export function writeUint16(target: Uint8Array, position: number, value: number): void {
  target[position] = value >> 8
  target[position + 1] = value
}

/** A packet body, built field by field. The values must have been checked. */
export class Body implements Outgoing {
  readonly firstByte: number
  size = 0
  private readonly packetType: PacketTypeName
  private length = 0
  /** Numbers are single bytes; text and binary data get a length prefix. */
  private readonly fields: (number | string | Uint8Array)[] = []

  constructor(packetType: PacketTypeName) {
    this.packetType = packetType
    this.firstByte = FIRST_BYTE[packetType]
  }

  byte(value: number): this {
    this.fields.push(value)
    this.length += 1
    return this
  }

  uint16(value: number): this {
    return this.byte(value >> 8).byte(value & 0xff)
  }

  /**
   * Adds text or bytes with a length prefix. Bytes are copied, so that they are written as they were checked.
   *
   * @param length the length in bytes; for text, in UTF-8
   */
  prefixed(data: string | Uint8Array, length: number): this {
    this.fields.push(typeof data === 'string' ? data : privateCopy(data, length))
    this.length += PREFIX_SIZE + length
    return this
  }

  /** Completes the body. Throws if the packet is too large. */
  end(): this {
    this.size = packetSize(this.length, this.packetType)
    return this
  }

  write(target: Uint8Array, offset: number): void {
    target[offset] = this.firstByte // [MQTT-2.2.2-1]
    let position = writeRemainingLength(target, offset + 1, this.length)
    for (const field of this.fields) {
      if (typeof field === 'number') target[position++] = field
      else position = writePrefixed(target, position, field)
    }
  }

  release(): void {}
}

function writePrefixed(target: Uint8Array, position: number, data: string | Uint8Array): number {
  const start = position + PREFIX_SIZE
  let end: number
  if (typeof data === 'string') {
    end = writeUtf8(target, start, data)
  } else {
    put(target, start, data)
    end = start + data.length
  }
  writeUint16(target, position, end - start)
  return end
}
