// Reads the fields of one body. It is handed exactly one packet and cannot see past its end.

import { DecodeError, type DecodeErrorCode, type TolerableCode } from '../errors.ts'
import { isTolerated, type Settings } from '../options.ts'
import { CONTROL_PACKETS, packetTypeOf } from '../packet-types.ts'
import { BufferView, copyOf, kindOf, lengthOf, memoryOf, offsetOf, type ViewKind } from './bytes.ts'
import { asciiText, illFormedAt, isPlainText, nullAt, replacedText, utf8Text } from './utf8.ts'

/** What is wrong with a field, at an index into the bytes, and the statement that says so where it is not the code's. */
export interface Breach {
  readonly code: TolerableCode
  readonly index: number
  readonly rule?: string
}

/** A cursor over bytes in which packets lie whole: a pushed chunk, or a packet put together from several. */
export class Reader<Bytes extends Uint8Array = Uint8Array> {
  readonly bytes: Bytes
  readonly length: number
  readonly settings: Settings
  /** Where the current packet starts, and the next one once it has been read. */
  start: number
  /** The current packet's first byte. */
  firstByte: number
  /** Where the next field starts. */
  position: number
  /** Where the current packet ends. */
  end: number
  /** Bytes of the stream before `bytes`; undefined where there is no stream. */
  readonly streamOffset: number | undefined
  readonly kind: ViewKind
  /** The chunk that came after this one, where one waits. */
  next: Reader<Bytes> | undefined
  /**
   * The bytes again, once a packet was entered: a chunk of one byte has no use for it. Read by DataView even one at a time:
   * V8 knows one kind of DataView, but compiles every place that indexes Buffers and Uint8Arrays alike for each kind of them.
   */
  view!: DataView
  /** The memory behind `view`. */
  private memory!: ArrayBufferLike

  constructor(bytes: Bytes, settings: Settings, streamOffset: number | undefined) {
    this.bytes = bytes
    this.length = lengthOf(bytes)
    this.settings = settings
    this.start = 0
    this.firstByte = 0
    this.position = 0
    this.end = 0
    this.streamOffset = streamOffset
    this.kind = kindOf(bytes)
    this.next = undefined
  }

  /** Steps from the packet's `start` to its body. */
  enter({ bodyOffset, size }: { readonly bodyOffset: number; readonly size: number }): void {
    if (!this.isOpen) this.open()
    this.firstByte = this.bytes[this.start]!
    this.position = this.start + bodyOffset
    this.end = this.start + size
  }

  /** Whether a packet was entered before: then there is `view`. */
  get isOpen(): boolean {
    return this.view !== undefined
  }

  private open(): void {
    this.memory = memoryOf(this.bytes)
    this.view = new DataView(this.memory, offsetOf(this.bytes), this.length)
  }

  uint8(field: string): number {
    if (this.position >= this.end) this.tooShort(field, this.position)
    return this.view.getUint8(this.position++)
  }

  uint16(field: string): number {
    const position = this.position
    if (position + 2 > this.end) this.tooShort(field, position)
    this.position = position + 2
    return this.view.getUint16(position)
  }

  /** A packet identifier, §2.3.1. `rule` is the statement that forbids 0 where the packet type has one of its own. */
  packetIdentifier(rule: string): number {
    const packetId = this.uint16('Packet Identifier')
    if (packetId === 0) this.violation('packet-identifier-zero', 'Packet Identifier', this.position - 2, rule)
    return packetId
  }

  /** Steps over a field with a length prefix of two bytes (§1.5.3) and returns where its content starts; it ends at `position`. */
  prefixed(field: string): number {
    const prefix = this.position
    const start = prefix + 2
    if (start > this.end) this.tooShort(field, prefix)
    const end = start + this.view.getUint16(prefix)
    if (end > this.end) this.tooShort(field, prefix)
    this.position = end
    return start
  }

  /** Text, §1.5.3. */
  text(field: string): string {
    const start = this.prefixed(field)
    return isPlainText(this.view, start, this.position)
      ? asciiText(this.bytes, start, this.position)
      : this.unusualText(field, start)
  }

  /**
   * Text from `start` to `position` that is not plain: beyond ASCII, ill-formed, or holding U+0000. Whatever else is wrong
   * with it is told in the order of the bytes, too.
   */
  unusualText(field: string, start: number, others: readonly Breach[] = []): string {
    const { bytes, position: end } = this
    const text = utf8Text(bytes, start, end)
    const breaches = [...others]
    if (text === undefined || text.includes('\0')) {
      const illFormed = illFormedAt(bytes, start, end)
      if (illFormed !== undefined) breaches.push({ code: 'ill-formed-utf8', index: illFormed }) // [MQTT-1.5.3-1]
      const nul = nullAt(bytes, start, end)
      if (nul !== undefined) breaches.push({ code: 'null-character', index: nul }) // [MQTT-1.5.3-2] [MQTT-4.7.3-2]
    }
    breaches.sort((one, other) => one.index - other.index)
    for (const { code, index, rule } of breaches) this.violation(code, field, index, rule)
    return text ?? replacedText(bytes, start, end)
  }

  /** Binary data with a length prefix of two bytes. */
  data(field: string): Bytes {
    const start = this.prefixed(field)
    return this.slice(start, this.position)
  }

  /** The rest of the packet. */
  rest(): Bytes {
    const start = this.position
    this.position = this.end
    return this.slice(start, this.end)
  }

  private slice(start: number, end: number): Bytes {
    if (this.settings.copyPayloads) return copyOf(this.bytes, this.kind, start, end) as Bytes
    return this.sub(start, end)
  }

  private sub(start: number, end: number): Bytes {
    // Buffers are what sockets give: the others are out of line. `memory` is kept because asking a typed array for it
    // costs as much as making the view.
    if (this.kind !== 'buffer') return this.subOther(start, end)
    const offset = this.view.byteOffset + start
    return new BufferView(this.memory as ArrayBuffer, offset, end - start) as Uint8Array as Bytes
  }

  private subOther(start: number, end: number): Bytes {
    if (this.kind === 'other') return this.bytes.subarray(start, end) as Bytes
    const offset = this.view.byteOffset + start
    return new Uint8Array(this.memory, offset, end - start) as Uint8Array as Bytes
  }

  /** A view of the whole packet. */
  whole(): Bytes {
    return this.sub(this.start, this.end)
  }

  /** A breach of a rule at index `at`: returns if it is to be tolerated. */
  violation(code: DecodeErrorCode, field: string | undefined, at: number, rule?: string): void {
    const { tolerances, onTolerated } = this.settings
    if (!isTolerated(tolerances, code, this.packetType)) throw this.error(code, field, at, rule)
    onTolerated?.(this.error(code, field, at, rule))
  }

  /** A breach that leaves nothing to read on with. Out of line and never returning, so that its callers stay small. */
  fail(code: DecodeErrorCode, field: string | undefined, at: number, rule?: string): never {
    throw this.error(code, field, at, rule)
  }

  private tooShort(field: string, at: number): never {
    this.fail('body-too-short', field, at)
  }

  private get packetType(): string | undefined {
    return CONTROL_PACKETS[packetTypeOf(this.bytes[this.start] ?? 0)]?.name
  }

  error(
    code: DecodeErrorCode,
    field: string | undefined,
    at: number,
    rule?: string,
    protocolLevel?: number,
  ): DecodeError {
    return new DecodeError(code, {
      rule,
      packetType: this.packetType,
      field,
      offset: at - this.start,
      streamOffset: this.streamOffset === undefined ? undefined : this.streamOffset + at,
      protocolLevel,
    })
  }
}
