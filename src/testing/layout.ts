// Locates the fields in a stream of packets, valid or not. It never throws: bytes that make no sense are a field, too.

import { flagsOf, PacketType, packetTypeOf, qosOf } from '../packet-types.ts'
import { type RemainingLength, remainingLengthAt } from '../wire/remaining-length.ts'

/** The position of a field: its bytes from `start` to `end`, including the length prefix if it has one. */
export interface Field {
  /** The standard's name of the field: `'Topic Name'`. */
  readonly name: string
  readonly start: number
  /** The offset of its content: after the length prefix, or `start`. */
  readonly content: number
  readonly end: number
}

/** The position of a packet and of its fields, including the two fields of the fixed header. */
export interface PacketLayout {
  readonly start: number
  /** The offset of its body. */
  readonly body: number
  readonly end: number
  readonly fields: readonly Field[]
}

/** How long a field is: a fixed number of bytes, a two-byte length prefix and its content, or the rest of the packet. */
type FieldSize = number | 'prefixed' | 'rest'

type FieldShape = readonly [name: string, size: FieldSize]

/** The fields of CONNECT whose presence a flag indicates, §3.1.2.3. */
const CONNECT_PAYLOAD: readonly (readonly [flag: number, ...FieldShape])[] = [
  [0x04, 'Will Topic', 'prefixed'],
  [0x04, 'Will Message', 'prefixed'],
  [0x80, 'User Name', 'prefixed'],
  [0x40, 'Password', 'prefixed'],
]

/** Walks the fields of one body. Bytes that match no field become a field without a name. */
class Walk {
  readonly fields: Field[] = []
  private readonly bytes: Uint8Array
  private position: number
  private readonly end: number

  constructor(bytes: Uint8Array, body: number, end: number) {
    this.bytes = bytes
    this.position = body
    this.end = end
  }

  get isAtEnd(): boolean {
    return this.position >= this.end
  }

  /** Adds these fields, one after another. */
  take(...shapes: readonly FieldShape[]): this {
    for (const [name, size] of shapes) {
      if (!this.isAtEnd) this.add(name, size)
    }
    return this
  }

  /** Repeats these fields to the end of the body. */
  repeat(...shapes: readonly FieldShape[]): void {
    while (!this.isAtEnd) this.take(...shapes)
  }

  /** The first byte of the last field. */
  get lastByte(): number {
    return this.bytes[this.fields.at(-1)?.start ?? this.end] ?? 0
  }

  private add(name: string, size: FieldSize): void {
    const start = this.position
    const content = size === 'prefixed' ? start + 2 : start
    const length =
      size === 'prefixed'
        ? ((this.bytes[start] ?? 0) << 8) | (this.bytes[start + 1] ?? 0)
        : size === 'rest'
          ? this.end - start
          : size
    const fits = content + length <= this.end
    this.position = fits ? content + length : this.end
    this.fields.push({ name, start, content: fits ? content : start, end: this.position })
  }
}

function walkBody(walk: Walk, firstByte: number): void {
  const identifier: FieldShape = ['Packet Identifier', 2]
  switch (packetTypeOf(firstByte)) {
    case PacketType.CONNECT: {
      walk.take(['Protocol Name', 'prefixed'], ['Protocol Level', 1], ['Connect Flags', 1])
      const flags = walk.lastByte
      walk.take(['Keep Alive', 2], ['Client Identifier', 'prefixed'])
      for (const [flag, ...shape] of CONNECT_PAYLOAD) if ((flags & flag) !== 0) walk.take(shape)
      break
    }
    case PacketType.CONNACK:
      walk.take(['Connect Acknowledge Flags', 1], ['Return Code', 1])
      break
    case PacketType.PUBLISH:
      walk.take(['Topic Name', 'prefixed'])
      if (qosOf(flagsOf(firstByte)) > 0) walk.take(identifier)
      walk.take(['Payload', 'rest'])
      break
    case PacketType.SUBSCRIBE:
      walk.take(identifier).repeat(['Topic Filter', 'prefixed'], ['Requested QoS', 1])
      break
    case PacketType.UNSUBSCRIBE:
      walk.take(identifier).repeat(['Topic Filter', 'prefixed'])
      break
    case PacketType.SUBACK:
      walk.take(identifier).repeat(['Return Code', 1])
      break
    case PacketType.PUBACK:
    case PacketType.PUBREC:
    case PacketType.PUBREL:
    case PacketType.PUBCOMP:
    case PacketType.UNSUBACK:
      walk.take(identifier)
  }
  walk.take(['', 'rest'])
}

/** Locates the packets of a stream and their fields. An incomplete last packet ends with the bytes. */
export function layoutOf(bytes: Uint8Array): PacketLayout[] {
  const packets: PacketLayout[] = []
  for (let start = 0; start < bytes.length; ) {
    const { value, length } = remainingLength(bytes, start + 1)
    const body = start + 1 + length
    const end = Math.min(body + value, bytes.length)
    const walk = new Walk(bytes, body, end)
    walkBody(walk, bytes[start]!)
    const fixedHeader = [
      { name: 'Control Packet type', start, content: start, end: start + 1 },
      { name: 'Remaining Length', start: start + 1, content: start + 1, end: body },
    ]
    packets.push({ start, body, end, fields: [...fixedHeader, ...walk.fields] })
    start = end
  }
  return packets
}

/** Reads the Remaining Length. If it is invalid, all remaining bytes belong to it. */
function remainingLength(bytes: Uint8Array, start: number): RemainingLength {
  const found = remainingLengthAt(bytes, start, bytes.length)
  return found === undefined || found === 'too-long' ? { value: 0, length: bytes.length - start } : found
}
