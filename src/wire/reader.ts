// Reads the fields of packet bodies, one packet after another, and never past the end of the current one.

import type { DecodeErrorCode } from '../error-rules.ts'
import { type DecodeErrorDetails, decodeError, violationOf } from '../error-tables.ts'
import { isTolerated, type Refusable, type Settings } from '../options.ts'
import { packetTypeNameOf } from '../packet-types.ts'
import { hintAt } from '../protocol-hint.ts'
import {
  assertAttached,
  BufferView,
  copyOf,
  isShared,
  kindOf,
  lengthOf,
  memoryOf,
  offsetOf,
  privateCopy,
  type ViewKind,
} from './bytes.ts'
import {
  asciiText,
  characterAt,
  illFormedAt,
  isControl,
  isNonCharacter,
  isPlainText,
  nullAt,
  replacedText,
  utf8Text,
} from './utf8.ts'

/** A violation in a text, its index in the bytes, and the rule if it differs from the code's. */
export interface TextViolation {
  readonly code: DecodeErrorCode
  readonly index: number
  readonly rule?: string
}

interface FoundViolation extends TextViolation {
  readonly found: number | string
}

/** Reads the fields of one packet after another. All of the packets lie completely within the same bytes. */
export class Reader<Bytes extends Uint8Array = Uint8Array> {
  /** The bytes to read: a private copy if the memory is shared, so that they cannot change after they were checked. */
  readonly bytes: Uint8Array
  readonly length: number
  settings: Settings
  /** The index at which the next packet starts. */
  next: number
  /** The index at which the current packet starts. */
  start: number
  firstByte: number
  /** The index at which the next field starts. */
  position: number
  /** The index at which the current packet ends. */
  end: number
  /** The user's function that is running, and may call the parser; undefined if none is. */
  callback: 'onTolerated' | 'subarray' | undefined
  /** The stream offset of the first byte; undefined outside a stream. */
  readonly streamOffset: number | undefined
  private readonly kind: ViewKind
  /**
   * A view of the same bytes, used even for single bytes: to V8 there is one kind of DataView, while code that indexes both
   * Buffers and Uint8Arrays is compiled for each kind.
   */
  readonly view: DataView
  /** The bytes that payloads are views of, with their memory and offset: the getters cost as much as creating the view. */
  readonly source: Bytes
  private readonly memory: ArrayBufferLike
  private readonly byteOffset: number

  /**
   * @param streamOffset the stream offset of the first byte; undefined outside a stream
   * @param next the index at which the first packet starts
   * @param length the number of bytes to read; the source may have grown
   */
  constructor(
    source: Bytes,
    settings: Settings,
    streamOffset?: number,
    next = 0,
    length: number = lengthOf(source),
  ) {
    const memory = memoryOf(source)
    const byteOffset = offsetOf(source)
    const isPrivate = !isShared(memory)
    this.bytes = isPrivate ? source : privateCopy(source, length)
    this.length = length
    this.settings = settings
    this.next = next
    this.start = next
    this.firstByte = 0
    this.position = 0
    this.end = 0
    this.callback = undefined
    this.streamOffset = streamOffset
    this.kind = kindOf(source)
    this.view = isPrivate
      ? new DataView(memory, byteOffset, length)
      : new DataView(this.bytes.buffer, 0, length)
    this.source = source
    this.memory = memory
    this.byteOffset = byteOffset
  }

  /**
   * Moves to the body of a packet.
   *
   * @param start the index at which the packet starts
   */
  enter(start: number, firstByte: number, bodyOffset: number, size: number): void {
    this.start = start
    this.firstByte = firstByte
    this.position = start + bodyOffset
    this.end = start + size
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

  /** Reads a packet identifier (§2.3.1). `rule` is the rule that forbids 0 for this packet type. */
  packetIdentifier(rule: string): number {
    const packetId = this.uint16('Packet Identifier')
    if (packetId === 0)
      this.violation('packet-identifier-zero', 'Packet Identifier', this.position - 2, rule, 0) // [MQTT-2.3.1-1]
    return packetId
  }

  /** Skips a field with a two-byte length prefix (§1.5.3). Returns the index of its content, which ends at `position`. */
  skipPrefixed(field: string): number {
    const prefix = this.position
    const start = prefix + 2
    if (start > this.end) this.tooShort(field, prefix)
    const end = start + this.view.getUint16(prefix)
    if (end > this.end) this.tooShort(field, prefix)
    this.position = end
    return start
  }

  /** Reads text (§1.5.3). */
  text(field: string): string {
    const start = this.skipPrefixed(field)
    return isPlainText(this.view, start, this.position)
      ? asciiText(this.bytes, start, this.position)
      : this.unusualText(field, start)
  }

  /**
   * Decodes the text from `start` to `position` if it is not printable ASCII. `others` are more violations in it. All
   * violations are reported in the order of the bytes.
   */
  unusualText(field: string, start: number, others: readonly TextViolation[] = []): string {
    const { bytes, position: end, settings } = this
    const valid = utf8Text(bytes, start, end)
    const text = valid ?? replacedText(bytes, start, end)
    const violations: FoundViolation[] = others.map((violation) => ({ found: text, ...violation }))
    if (valid === undefined) {
      const index = illFormedAt(bytes, start, end)!
      violations.push({ code: 'ill-formed-utf8', index, found: bytes[index]! }) // [MQTT-1.5.3-1]
    }
    if (text.includes('\0')) {
      const index = nullAt(bytes, start, end)!
      violations.push({ code: 'null-character', index, found: 0 }) // [MQTT-1.5.3-2] [MQTT-4.7.3-2]
    }
    const refused = settings.refuse.size > 0 && refusedCharacter(text, bytes, start, settings.refuse)
    if (refused) violations.push(refused) // §1.5.3
    violations.sort((one, other) => one.index - other.index)
    for (const { code, index, rule, found } of violations) this.violation(code, field, index, rule, found)
    return text
  }

  /** Reads binary data with a two-byte length prefix. */
  data(field: string): Bytes {
    const start = this.skipPrefixed(field)
    return this.slice(start, this.position)
  }

  /**
   * Reads entries up to the end of the packet: at least one, and at most `maxTopicFilters`.
   *
   * @param field the field with which an entry starts
   * @param emptyRule the rule that requires an entry, if it differs from the code's
   * @param tooManyRule the rule of a `too-many-topic-filters` error, if it differs from the code's
   */
  entries<Entry>(
    read: (reader: Reader) => Entry,
    field: string,
    emptyCode: 'no-topic-filter' | 'no-return-code',
    emptyRule?: string,
    tooManyRule?: string,
  ): Entry[] {
    const entries: Entry[] = []
    if (this.position === this.end) this.violation(emptyCode, field, this.position, emptyRule)
    while (this.position < this.end) {
      if (entries.length >= this.settings.maxTopicFilters)
        this.fail('too-many-topic-filters', field, this.position, tooManyRule, entries.length + 1)
      entries.push(read(this))
    }
    return entries
  }

  /** Reads the rest of the packet. */
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
    // Sockets deliver Buffers, so the other kinds are out of line. `memory` is stored because reading the property of a typed
    // array costs as much as creating the view.
    if (this.kind !== 'buffer') return this.subOther(start, end)
    const offset = this.byteOffset + start
    return new BufferView(this.memory as ArrayBuffer, offset, end - start) as Uint8Array as Bytes
  }

  private subOther(start: number, end: number): Bytes {
    if (this.kind === 'uint8array')
      return new Uint8Array(this.memory, this.byteOffset + start, end - start) as Uint8Array as Bytes
    this.callback = 'subarray' // a subclass may override it
    const view = this.source.subarray(start, end) as Bytes
    this.callback = undefined
    return view
  }

  /** Returns a view of the whole packet. */
  whole(): Bytes {
    return this.sub(this.start, this.end)
  }

  /**
   * Handles a violation at index `at`: throws it unless it is tolerated, and otherwise reports it.
   *
   * @param rule the most specific rule, if it differs from the code's
   * @param found the offending value
   */
  violation(
    code: DecodeErrorCode,
    field: string | undefined,
    at: number,
    rule?: string,
    found?: number | string,
    reason?: string,
  ): void {
    const { tolerate, onTolerated } = this.settings
    if (!isTolerated(tolerate, code, packetTypeNameOf(this.firstByte)))
      this.fail(code, field, at, rule, found, reason)
    if (onTolerated === undefined) return
    this.callback = 'onTolerated' // stays set if the callback throws, so that the parser can tell
    onTolerated(violationOf(code, this.details(field, at, rule, found, reason)))
    this.callback = undefined
    assertAttached(this.source, this.length)
  }

  /** Throws a violation after which the packet cannot be read further. A separate function keeps the callers small. */
  fail(
    code: DecodeErrorCode,
    field: string | undefined,
    at: number,
    rule?: string,
    found?: number | string,
    reason?: string,
  ): never {
    throw decodeError(code, this.details(field, at, rule, found, reason))
  }

  private tooShort(field: string, at: number): never {
    this.fail('body-too-short', field, at)
  }

  private details(
    field: string | undefined,
    at: number,
    rule: string | undefined,
    found: number | string | undefined,
    reason: string | undefined,
  ): DecodeErrorDetails {
    const { start } = this
    const offset = at - start
    const packetOffset = this.streamOffset === undefined ? undefined : this.streamOffset + start
    return {
      rule,
      packetType: packetTypeNameOf(this.firstByte),
      field,
      offset,
      streamOffset: packetOffset === undefined ? undefined : packetOffset + offset,
      found,
      reason,
      hint: hintAt(this.bytes, start, this.length, offset, packetOffset),
    }
  }
}

/** The first character that the receiver refuses. */
function refusedCharacter(
  text: string,
  bytes: Uint8Array,
  start: number,
  refuse: ReadonlySet<Refusable>,
): FoundViolation | undefined {
  for (const character of text) {
    const found = character.codePointAt(0)!
    const isRefusedControl = refuse.has('control-characters') && isControl(found)
    if (isRefusedControl || (refuse.has('non-characters') && isNonCharacter(found))) {
      const code = isRefusedControl ? 'control-character' : 'non-character'
      return { code, index: characterAt(bytes, start, character), found }
    }
  }
  return undefined
}
