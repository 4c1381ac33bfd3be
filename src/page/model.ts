// The bytes that the page shows, the positions of their packets, and the selection. It does not depend on the page.

import {
  type ExplainedFault,
  type ExplainedField,
  type ExplainedPacket,
  type ExplainOptions,
  PacketExplainer,
  type Verdict,
} from '../explain/index.ts'
import { DecodeError, PacketParser, type PacketTypeName } from '../index.ts'

/** The position of a packet. */
export interface PacketSpan {
  readonly offset: number
  readonly length: number
  readonly type: PacketTypeName | undefined
  readonly verdict: Verdict
}

/** The index of a packet, of a field in it, of a field in that field, and so on. */
export type Path = readonly number[]

/** What changed: the bytes and packets, or only the selection. */
export type Change = 'bytes' | 'selection'

/** The origin of a change that replaced everything. */
export const NEW_INPUT = 'new input'

/** The bytes of one direction of a connection, and the selection in them. */
export class Model {
  bytes: Uint8Array = new Uint8Array(0)
  options: ExplainOptions = {}
  packets: readonly PacketSpan[] = []
  /** The violations that the options tolerate, in all packets. */
  tolerated: readonly DecodeError[] = []
  /** The selected byte. */
  cursor = 0
  /** The selected field; empty if the selected byte belongs to no packet. */
  path: Path = []
  private readonly listeners: ((change: Change, origin: unknown) => void)[] = []
  private readonly explanations = new Map<number, ExplainedPacket>()
  /** The CONNECT of MQTT 3.1 that switched to the rules of that version, and the index after it. */
  private mqtt31: { readonly connect: Uint8Array; readonly from: number } | undefined

  onChange(listener: (change: Change, origin: unknown) => void): void {
    this.listeners.push(listener)
  }

  /** @param origin the component that requested the change, so that it can ignore its own changes */
  load(bytes: Uint8Array, options: ExplainOptions = this.options, origin?: unknown): void {
    this.bytes = bytes
    this.options = options
    this.explanations.clear()
    this.findPackets()
    if (origin === NEW_INPUT) this.cursor = this.fault?.offset ?? 0
    this.cursor = Math.max(0, Math.min(this.cursor, bytes.length - 1))
    const [start, end] = this.rangeOf(this.path) ?? [0, 0]
    const isKept = origin !== NEW_INPUT && start <= this.cursor && this.cursor < end
    if (!isKept) this.path = this.pathAt(this.cursor)
    this.tell('bytes', origin)
  }

  /** Replaces `length` bytes at `offset`. */
  splice(offset: number, length: number, replacement: ArrayLike<number>, origin?: unknown): void {
    const bytes = new Uint8Array(this.bytes.length - length + replacement.length)
    bytes.set(this.bytes.subarray(0, offset))
    bytes.set(replacement, offset)
    bytes.set(this.bytes.subarray(offset + length), offset + replacement.length)
    this.load(bytes, this.options, origin)
  }

  selectByte(offset: number, origin?: unknown): void {
    this.cursor = Math.max(0, Math.min(offset, this.bytes.length - 1))
    this.path = this.pathAt(this.cursor)
    this.tell('selection', origin)
  }

  select(path: Path, origin?: unknown): void {
    const range = this.rangeOf(path)
    if (range === undefined) return
    this.path = path
    this.cursor = Math.max(0, Math.min(range[0], this.bytes.length - 1))
    this.tell('selection', origin)
  }

  /** What is wrong with the last packet, if it is malformed. */
  get fault(): ExplainedFault | undefined {
    const last = this.packets.length - 1
    return this.packets[last]?.verdict === 'malformed' ? this.explained(last).fault : undefined
  }

  /** The bytes after a malformed packet, which are not read. */
  get unread(): readonly [start: number, end: number] | undefined {
    const last = this.packets.at(-1)
    const end = last === undefined ? 0 : last.offset + last.length
    return end < this.bytes.length ? [end, this.bytes.length] : undefined
  }

  /** The explanation of a packet. Its offsets count from the first byte that the page shows. */
  explained(index: number): ExplainedPacket {
    const known = this.explanations.get(index)
    if (known !== undefined) return known
    const { offset, length, verdict } = this.packets[index]!
    const explainer = new PacketExplainer(this.options)
    let base = offset
    if (this.mqtt31 !== undefined && index >= this.mqtt31.from) {
      explainer.push(this.mqtt31.connect)
      base -= this.mqtt31.connect.length
    }
    const end = verdict === 'valid' ? offset + length : this.bytes.length
    const [explained = explainer.end()!] = explainer.push(this.bytes.subarray(offset, end))
    const shifted = shiftPacket(explained, base)
    this.explanations.set(index, shifted)
    return shifted
  }

  /** The field at a path of at least two entries; undefined if there is none. */
  field(path: Path): ExplainedField | undefined {
    const [packet, ...rest] = path
    if (packet === undefined || packet >= this.packets.length) return undefined
    let fields = this.explained(packet).fields
    let field: ExplainedField | undefined
    for (const index of rest) {
      field = fields[index]
      if (field === undefined) return undefined
      fields = field.fields
    }
    return field
  }

  /** The bytes of a packet or a field; undefined if it does not exist. */
  rangeOf(path: Path): readonly [start: number, end: number] | undefined {
    const span = this.packets[path[0] ?? -1]
    if (span === undefined) return path[0] === this.packets.length ? this.unread : undefined
    const { offset, length } = path.length === 1 ? span : (this.field(path) ?? span)
    return [offset, offset + length]
  }

  /** The path of the smallest field of whole bytes that contains this byte; empty if it is in no packet. */
  pathAt(offset: number): Path {
    const packet = this.packetAt(offset)
    if (packet === undefined) return this.unread !== undefined ? [this.packets.length] : []
    const path = [packet]
    let fields = this.explained(packet).fields
    for (;;) {
      const index = fields.findIndex((field) => field.bits === undefined && holds(field, offset))
      const field = fields[index]
      if (field === undefined) return path
      path.push(index)
      fields = field.fields
    }
  }

  /** The index of the packet that contains this byte. */
  packetAt(offset: number): number | undefined {
    let low = 0
    let high = this.packets.length
    while (low < high) {
      const middle = (low + high) >> 1
      const { offset: start, length } = this.packets[middle]!
      if (offset < start) high = middle
      else if (offset >= start + length) low = middle + 1
      else return middle
    }
    return undefined
  }

  private tell(change: Change, origin: unknown): void {
    for (const listener of this.listeners) listener(change, origin)
  }

  private findPackets(): void {
    const { bytes } = this
    const packets: PacketSpan[] = []
    this.packets = packets
    this.mqtt31 = undefined
    const tolerated: DecodeError[] = []
    this.tolerated = tolerated
    const onTolerated = (violation: DecodeError): void => void tolerated.push(violation)
    const parser = new PacketParser({ ...this.options, onTolerated }).push(bytes)
    let offset = 0
    try {
      for (;;) {
        const packet = parser.read()
        if (packet === undefined) break
        const end = bytes.length - parser.bufferedLength
        packets.push({ offset, length: end - offset, type: packet.type, verdict: 'valid' })
        if (packet.type === 'connect' && packet.protocolLevel === 3)
          this.mqtt31 ??= { connect: bytes.subarray(offset, end), from: packets.length }
        offset = end
      }
      if (offset < bytes.length) this.pushLast(packets, offset, 'incomplete')
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.pushLast(packets, offset, 'malformed')
    }
  }

  /** Appends the packet that is not valid. */
  private pushLast(packets: PacketSpan[], offset: number, verdict: Verdict): void {
    packets.push({ offset, length: this.bytes.length - offset, type: undefined, verdict })
    const { type, length } = this.explained(packets.length - 1)
    packets[packets.length - 1] = { offset, length, type, verdict }
  }
}

function holds({ offset, length }: ExplainedField, position: number): boolean {
  return offset <= position && position < offset + length
}

function shiftPacket(packet: ExplainedPacket, by: number): ExplainedPacket {
  if (by === 0) return packet
  const { fault } = packet
  return {
    ...packet,
    offset: packet.offset + by,
    fields: packet.fields.map((field) => shiftField(field, by)),
    fault: fault && { ...fault, offset: fault.offset + by },
  }
}

function shiftField(field: ExplainedField, by: number): ExplainedField {
  return {
    ...field,
    offset: field.offset + by,
    fields: field.fields.map((each) => shiftField(each, by)),
  }
}
