// An annotated dump of a packet: its bytes on the left, their meaning on the right.

import type { ExplainedFault, ExplainedField, ExplainedPacket } from '../explain/index.ts'
import type { Paint, Style } from './paint.ts'
import { escaped } from './terminal.ts'

export interface Layout {
  /** The width of a line in columns. */
  readonly width: number
  readonly paint: Paint
  /** Whether to show all bytes of long fields. */
  readonly isFull: boolean
}

/** At this width or more, a row has sixteen bytes, otherwise eight. */
const WIDE = 112
/** How many rows of a long field are shown. */
const MAX_ROWS = 4
const GAP = 2
/** The minimum width of a meaning. */
const MIN_MEANING = 16

/** The lines for a packet, below its title. */
export function annotate(packet: ExplainedPacket, layout: Layout): string[] {
  const annotation = new Annotation(packet, layout)
  for (const field of packet.fields) annotation.add(field)
  annotation.end()
  return annotation.lines
}

interface Mark {
  readonly fault: ExplainedFault
  readonly style: Style
}

/** The index of a row of bytes, or the number of omitted bytes. */
type ShownRow =
  | { readonly row: number; readonly hidden?: undefined }
  | { readonly row?: undefined; readonly hidden: number }

class Annotation {
  readonly lines: string[] = []
  private readonly packet: ExplainedPacket
  private readonly paint: Paint
  private readonly isFull: boolean
  private readonly perRow: number
  private readonly offsetWidth: number
  private readonly bytesAt: number
  private readonly textAt: number
  private readonly nameWidth: number
  private readonly width: number
  /** The column after the last byte, or the last column. */
  private column = 0
  /** The faults that have not been shown yet. */
  private marks: Mark[]

  constructor(packet: ExplainedPacket, { width, paint, isFull }: Layout) {
    const { offset, length, fault, tolerated, verdict } = packet
    this.packet = packet
    this.paint = paint
    this.isFull = isFull
    this.perRow = width >= WIDE ? 16 : 8
    this.offsetWidth = Math.max(5, String(offset + length).length + 1)
    this.bytesAt = this.offsetWidth + GAP
    this.textAt = this.bytesAt + 3 * this.perRow - 1 + GAP
    this.nameWidth = width >= WIDE ? 25 : 20
    this.width = width
    this.marks = tolerated.map((each): Mark => ({ fault: each, style: 'tolerated' }))
    if (fault !== undefined && verdict === 'malformed') this.marks.push({ fault, style: 'fault' })
  }

  add(field: ExplainedField): void {
    if (field.kind === 'group') {
      if (field.name !== 'Subscription') this.heading(field)
      for (const part of field.fields) this.add(part)
      return
    }
    this.rows(field)
    for (const part of field.fields) if (part.bits !== undefined) this.bits(part)
  }

  /** The lines after all fields. */
  end(): void {
    const { missing } = this.packet
    for (const mark of this.marks) this.caret(mark, this.column)
    if (missing === undefined) return
    const { field, length: bytes } = missing
    const what =
      bytes === undefined
        ? 'the rest of the fixed header'
        : `${bytes.toLocaleString('en')} more byte${bytes === 1 ? '' : 's'}`
    const where = field === undefined ? '' : `; the input ends in ${field}`
    this.note('fault', this.column, `missing: ${what}${where}`)
  }

  private heading({ name, section }: ExplainedField): void {
    this.lines.push(this.paint('dim', `${' '.repeat(this.textAt)}${name} ${section}`))
  }

  /** A field that is not a group: its bytes in rows, with its name and meaning next to them. */
  private rows(field: ExplainedField): void {
    const { length, name, section, meaning, kind } = field
    const available = Math.max(MIN_MEANING, this.width - this.textAt - this.nameWidth - GAP)
    const meanings = wrap(escaped(meaning), available)
    const last = meanings.at(-1)!
    if (last.length + GAP + section.length <= available)
      meanings[meanings.length - 1] = `${last}${last === '' ? '' : '  '}${this.paint('dim', section)}`
    const count = Math.max(1, Math.ceil(length / this.perRow))
    const shown = this.shownRows(field, count)
    for (let index = 0; index < Math.max(shown.length, meanings.length); index++) {
      const row = shown[index]
      const text =
        index === 0
          ? `${this.paint(kind === 'unread' ? 'unread' : 'title', name.padEnd(this.nameWidth))}  `
          : ' '.repeat(this.nameWidth + GAP)
      const bytes = row === undefined ? ' '.repeat(this.textAt) : this.row(field, row)
      this.lines.push(`${bytes}${text}${meanings[index] ?? ''}`.trimEnd())
      if (row?.row !== undefined) this.carets(field, row.row, count)
    }
    this.column = Math.min(length - (count - 1) * this.perRow, this.perRow - 1)
  }

  private shownRows({ offset, length }: ExplainedField, count: number): ShownRow[] {
    const first = this.isFull || count <= MAX_ROWS + 1 ? count : MAX_ROWS
    const rows = Array.from({ length: first }, (_, index) => index)
    for (const { fault } of this.marks) {
      const row = Math.floor((fault.offset - offset) / this.perRow)
      if (row >= first && row < count) rows.push(row)
    }
    return [...new Set(rows)]
      .sort((one, other) => one - other)
      .flatMap((row, index, all): ShownRow[] => {
        const next = all[index + 1] ?? count
        const hidden = Math.min(length, next * this.perRow) - (row + 1) * this.perRow
        return hidden > 0 ? [{ row }, { hidden }] : [{ row }]
      })
  }

  private row(field: ExplainedField, { row, hidden }: ShownRow): string {
    const { offset, length } = field
    if (row === undefined) {
      const text = `… ${hidden.toLocaleString('en')} more bytes`
      return this.paint('dim', `${' '.repeat(this.bytesAt)}${text}`.padEnd(this.textAt))
    }
    const start = row * this.perRow
    const cells = Array.from({ length: this.perRow }, (_, index) => this.cell(field, start + index))
    const place = this.paint('dim', String(offset + start).padStart(this.offsetWidth))
    const line = length === 0 ? this.paint('dim', '–'.padEnd(3 * this.perRow - 1)) : cells.join(' ')
    return `${place}  ${line}  `
  }

  private cell({ bytes, kind, fields, offset }: ExplainedField, index: number): string {
    const byte = bytes[index]
    if (byte === undefined) return '  '
    const [prefix] = fields
    const isPrefix = prefix?.kind === 'length' && index < prefix.length
    const isFault = this.marks.some(
      ({ fault, style }) => style === 'fault' && fault.offset === offset + index,
    )
    const style = isFault ? 'fault' : isPrefix ? 'length' : kind
    return this.paint(style, byte.toString(16).padStart(2, '0'))
  }

  /** The faults in a row. */
  private carets({ offset, length }: ExplainedField, row: number, count: number): void {
    const start = offset + row * this.perRow
    const end = row === count - 1 ? offset + length : start + this.perRow
    const isHere = ({ fault }: Mark) =>
      fault.offset >= start && (fault.offset < end || (length === 0 && fault.offset === end))
    const here = this.marks.filter(isHere)
    this.marks = this.marks.filter((mark) => !isHere(mark))
    for (const mark of here) this.caret(mark, mark.fault.offset - start)
  }

  private caret({ fault, style }: Mark, column: number): void {
    const { message, field } = fault
    const type = this.packet.type?.toUpperCase()
    const subject = [type, field].filter((part) => part !== undefined).join(' ')
    const text = message.replace(`${subject}: `, '').replace(/ \(byte \d+\)/, '')
    this.note(style, column, style === 'tolerated' ? `tolerated: ${text}` : text)
  }

  /** A text under a column of the bytes. */
  private note(style: Style, column: number, text: string): void {
    const lines = wrap(escaped(text), Math.max(MIN_MEANING, this.width - this.textAt))
    for (const [index, line] of lines.entries()) {
      const caret = index === 0 ? `${' '.repeat(this.bytesAt + 3 * column)}^^` : ''
      this.lines.push(this.paint(style, `${caret.padEnd(this.textAt)}${line}`))
    }
  }

  /** A part of a byte, with its bits at their positions. */
  private bits({ bits, bytes, name, meaning, kind }: ExplainedField): void {
    const [high, low] = bits!
    const digits = bytes[0]!.toString(2).padStart(8, '0')
    const shown = Array.from(digits, (digit, index) =>
      7 - index <= high && 7 - index >= low ? digit : '.',
    ).join('')
    const pattern = `${shown.slice(0, 4)} ${shown.slice(4)}`
    const left = `${' '.repeat(this.bytesAt)}${pattern}`.padEnd(this.textAt)
    const available = Math.max(MIN_MEANING, this.width - this.textAt - this.nameWidth - GAP)
    const isFault = this.packet.verdict === 'malformed' && this.packet.fault?.field === name
    for (const [index, line] of wrap(escaped(meaning), available).entries()) {
      const text = `${(index === 0 ? ` ${name}` : '').padEnd(this.nameWidth)}  ${line}`
      const style = isFault ? 'fault' : kind
      this.lines.push(
        `${this.paint(style, index === 0 ? left : ' '.repeat(this.textAt))}${isFault ? this.paint('fault', text) : text}`.trimEnd(),
      )
    }
  }
}

/** Breaks a text into lines of at most this width, at spaces if possible. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = Array.from(text)
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > width / 2 ? space : width
    lines.push(rest.slice(0, end).join(''))
    rest = rest.slice(rest[end] === ' ' ? end + 1 : end)
  }
  return [...lines, rest.join('')]
}
