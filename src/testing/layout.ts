// Where fields lie in a stream of packets that may be wrong. It never throws: what makes no sense is a field as well.

import { flagsOf, PacketType, packetTypeOf, qosOf } from '../packet-types.ts'
import { type RemainingLength, remainingLengthAt } from '../wire/remaining-length.ts'

/** Where a field lies: its bytes with their length prefix, if it has one, from `start` to `end`. */
export interface Field {
  /** The standard's name of it: `'Topic Name'`. */
  readonly name: string
  readonly start: number
  /** Where its content starts: behind the length prefix, or at `start`. */
  readonly content: number
  readonly end: number
}

/** Where a packet lies, and its fields, the fixed header's two among them. */
export interface PacketLayout {
  readonly start: number
  /** Where its body starts. */
  readonly body: number
  readonly end: number
  readonly fields: readonly Field[]
}

/** Bytes of a field: a fixed number of them, a length prefix of two and what it says, or all that are left. */
type Extent = number | 'prefixed' | 'rest'

type FieldShape = readonly [name: string, extent: Extent]

/** The fields of CONNECT that a flag announces, §3.1.2.3. */
const CONNECT_PAYLOAD: readonly (readonly [flag: number, ...FieldShape])[] = [
  [0x04, 'Will Topic', 'prefixed'],
  [0x04, 'Will Message', 'prefixed'],
  [0x80, 'User Name', 'prefixed'],
  [0x40, 'Password', 'prefixed'],
]

/** Walks the fields of one body; what does not fit into it is a field without a name. */
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

  /** The fields one after another. */
  take(...shapes: readonly FieldShape[]): this {
    for (const [name, extent] of shapes) {
      if (!this.isAtEnd) this.add(name, extent)
    }
    return this
  }

  /** The fields again and again, to the end. */
  repeat(...shapes: readonly FieldShape[]): void {
    while (!this.isAtEnd) this.take(...shapes)
  }

  /** The first byte of the field that was found last. */
  get lastByte(): number {
    return this.bytes[this.fields.at(-1)?.start ?? this.end] ?? 0
  }

  private add(name: string, extent: Extent): void {
    const start = this.position
    const content = extent === 'prefixed' ? start + 2 : start
    const length =
      extent === 'prefixed'
        ? ((this.bytes[start] ?? 0) << 8) | (this.bytes[start + 1] ?? 0)
        : extent === 'rest'
          ? this.end - start
          : extent
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

/** Where the packets of a stream and their fields lie; a last one that is cut off ends with the bytes. */
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

/** As the bytes have it; where they have none, all that is left belongs to the Remaining Length. */
function remainingLength(bytes: Uint8Array, start: number): RemainingLength {
  const found = remainingLengthAt(bytes, start, bytes.length)
  return found === undefined || found === 'too-long' ? { value: 0, length: bytes.length - start } : found
}
