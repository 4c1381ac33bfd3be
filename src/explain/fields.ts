// Builds the nested fields of a packet from the record of what was read.

import { packetTypeNameOf, packetTypeOf } from '../packet-types.ts'
import { show } from '../show.ts'
import { remainingLengthAt } from '../wire/remaining-length.ts'
import { replacedText, utf8Text } from '../wire/utf8.ts'
import { PREFIX_SIZE } from '../wire/writer.ts'
import {
  type BitField,
  binaryMeaning,
  count,
  FIELDS,
  type FieldRow,
  firstByteFields,
  firstByteMeaning,
  remainingLengthMeaning,
  type Version,
} from './field-kinds.ts'
import type { Reading } from './recording-reader.ts'
import type { ExplainedField } from './types.ts'

type OwnProperties = Pick<ExplainedField, 'name' | 'section' | 'kind'> & Partial<ExplainedField>

/** Longer binary data is not shown as text. */
const MAX_PREVIEW = 4_096

/** Builds the fields of one packet. Positions are indexes of `bytes`. */
export class FieldBuilder {
  private readonly bytes: Uint8Array
  /** The stream offset of the first byte. */
  private readonly streamOffset: number
  private readonly start: number

  /** @param start where the packet starts */
  constructor(bytes: Uint8Array, streamOffset: number, start: number) {
    this.bytes = bytes
    this.streamOffset = streamOffset
    this.start = start
  }

  /** The fixed header, or the part of it before `end`. */
  fixedHeader(end: number): ExplainedField[] {
    const { start } = this
    const firstByte = this.bytes[start]!
    const type = packetTypeNameOf(firstByte)
    const bits = this.bitFields(start, firstByteFields(type), '3.1.1')
    const first = this.field(start, start + 1, {
      name: 'Type and flags',
      section: '§2.2',
      kind: 'type',
      value: firstByte,
      meaning: firstByteMeaning(type, firstByte),
      fields: bits,
    })
    return this.group('Fixed header', type === undefined ? '§2.2' : `§3.${packetTypeOf(firstByte)}.1`, [
      first,
      ...(start + 1 < end ? [this.remainingLength(start + 1, end)] : []),
    ])
  }

  /** The variable header and the payload. `end` is where the packet ends, or the bytes that are available. */
  body(readings: readonly Reading[], end: number, version: Version): ExplainedField[] {
    const firstByte = this.bytes[this.start]!
    const rows = FIELDS[packetTypeNameOf(firstByte)!]
    const parts: Record<FieldRow['part'], ExplainedField[]> = { variableHeader: [], payload: [] }
    for (const reading of readings) {
      const row = rows[reading.name]!
      parts[row.part].push(this.read(reading, end, row, version))
    }
    const section = `§3.${packetTypeOf(firstByte)}`
    const [payload] = parts.payload
    return [
      ...this.group('Variable header', `${section}.2`, parts.variableHeader),
      ...(payload?.name === 'Payload'
        ? [payload]
        : this.group('Payload', `${section}.3`, this.subscriptions(parts.payload))),
    ]
  }

  /** The bytes that do not belong to a field. */
  unread(start: number, end: number): ExplainedField[] {
    if (start === end) return []
    const meaning = `${count(end - start)} not read`
    return [this.field(start, end, { name: 'Unread', section: '§2.2.3', kind: 'unread', meaning })]
  }

  private field(start: number, end: number, own: OwnProperties): ExplainedField {
    const { name, section, kind, bits, value, meaning = '', isCut = false, fields = [] } = own
    const offset = this.streamOffset + start
    const bytes = this.bytes.subarray(start, end)
    return { name, section, kind, offset, length: end - start, bits, bytes, value, meaning, isCut, fields }
  }

  /** A field that consists of other fields; nothing if there are none. */
  private group(name: string, section: string, fields: readonly ExplainedField[]): ExplainedField[] {
    const [first] = fields
    const last = fields.at(-1)
    if (first === undefined || last === undefined) return []
    const start = first.offset - this.streamOffset
    const end = last.offset + last.length - this.streamOffset
    return [this.field(start, end, { name, section, kind: 'group', isCut: last.isCut, fields })]
  }

  /** Pairs of a topic filter and its QoS, if the fields are those of a SUBSCRIBE's payload. */
  private subscriptions(fields: readonly ExplainedField[]): readonly ExplainedField[] {
    if (packetTypeNameOf(this.bytes[this.start]!) !== 'subscribe') return fields
    return fields.flatMap((_, index) =>
      index % 2 === 0 ? this.group('Subscription', '§3.8.3', fields.slice(index, index + 2)) : [],
    )
  }

  private bitFields(at: number, rows: readonly BitField[], version: Version): ExplainedField[] {
    return rows.map(({ name, section, kind, bits, meaning }) => {
      const [high, low] = bits
      const number = (this.bytes[at]! >> low) & ((1 << (high - low + 1)) - 1)
      const value = high === low ? number === 1 : number
      return this.field(at, at + 1, { name, section, kind, bits, value, meaning: meaning(number, version) })
    })
  }

  private remainingLength(start: number, end: number): ExplainedField {
    const own = { name: 'Remaining Length', section: '§2.2.3', kind: 'length' } as const
    const decoded = remainingLengthAt(this.bytes, start, end)
    if (decoded === undefined) return this.field(start, end, { ...own, meaning: 'not complete', isCut: true })
    if (decoded === 'too-long') return this.field(start, start + 4, { ...own, meaning: 'more than 4 bytes' })
    const { value, length } = decoded
    const meaning = remainingLengthMeaning(value, length)
    return this.field(start, start + length, { ...own, value, meaning })
  }

  private read(reading: Reading, packetEnd: number, row: FieldRow, version: Version): ExplainedField {
    const { name, start, end } = reading
    const { kind, section, bits = [] } = row
    if (name === 'Payload') return this.payload(start, end, packetEnd, row)
    if (kind === 'text' || kind === 'binary') return this.prefixed(reading, packetEnd, row)
    const own = { name, section, kind }
    if (end === undefined) return this.field(start, packetEnd, { ...own, meaning: 'missing', isCut: true })
    const value = this.bytes.subarray(start, end).reduce((number, byte) => (number << 8) | byte, 0)
    const fields = this.bitFields(start, bits, version)
    return this.field(start, end, { ...own, value, meaning: row.meaning(value, version), fields })
  }

  private payload(start: number, end: number | undefined, packetEnd: number, row: FieldRow): ExplainedField {
    const own = { name: 'Payload', section: row.section, kind: row.kind }
    if (end === undefined) {
      const meaning = `${count(packetEnd - start)} so far`
      return this.field(start, packetEnd, { ...own, meaning, isCut: true })
    }
    const value = this.bytes.subarray(start, end)
    return this.field(start, end, { ...own, value, meaning: this.dataMeaning(start, end) })
  }

  /** Text or binary data with a length prefix (§1.5.3). */
  private prefixed(
    { name, start, end }: Reading,
    packetEnd: number,
    { kind, section }: FieldRow,
  ): ExplainedField {
    const own = { name, section, kind }
    const content = start + PREFIX_SIZE
    if (content > packetEnd) return this.field(start, packetEnd, { ...own, meaning: 'missing', isCut: true })
    const length = (this.bytes[start]! << 8) | this.bytes[start + 1]!
    const prefix = this.field(start, content, {
      name: 'Length',
      section: '§1.5.3',
      kind: 'length',
      value: length,
      meaning: count(length),
    })
    const part = { name: kind === 'text' ? 'Text' : 'Data', section, kind }
    if (end === undefined) {
      const meaning = `${count(length)} announced, ${packetEnd - content} available`
      const fields = [prefix, this.field(content, packetEnd, { ...part, isCut: true })]
      return this.field(start, packetEnd, { ...own, meaning, isCut: true, fields })
    }
    const value = kind === 'text' ? this.text(content, end) : this.bytes.subarray(content, end)
    const meaning =
      typeof value === 'string'
        ? show(value)
        : name === 'Password'
          ? count(length)
          : this.dataMeaning(content, end)
    const fields = [prefix, this.field(content, end, { ...part, value, meaning })]
    return this.field(start, end, { ...own, value, meaning, fields })
  }

  /** The text as the Reader decodes it. */
  private text(start: number, end: number): string {
    return utf8Text(this.bytes, start, end) ?? replacedText(this.bytes, start, end)
  }

  private dataMeaning(start: number, end: number): string {
    const text = end - start > MAX_PREVIEW ? undefined : utf8Text(this.bytes, start, end)
    return binaryMeaning(end - start, text)
  }
}
