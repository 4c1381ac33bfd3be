// Dumps of xxd, hexdump, od, Wireshark and tshark: lines with an offset, bytes, and possibly the same bytes as text.

import { show } from '../../show.ts'
import { type Form, type InputChunk, InputError, type LineReader, lineForm } from './form.ts'
import { FrameReader } from './frames.ts'
import { bytesOfDigits } from './hexadecimal.ts'

/** A kind of dump. */
interface Layout {
  readonly name: string
  /** Matches a line with bytes: the offset, and the groups of digits; for xxd also the text. */
  readonly line: RegExp
  /** The possible radixes of the offsets; the first that fits is used. */
  readonly radixes: readonly number[]
  /** Whether the groups are little-endian numbers. */
  readonly isSwapped?: true
}

// biome-ignore format: one row per layout
const LAYOUTS: readonly Layout[] = [
  { name: 'an xxd dump', line: /^(?<offset>[\da-f]{8,}): (?<padding> *)(?<groups>[\da-f]+.*)$/i, radixes: [16] },
  { name: 'a hexdump -C dump', line: /^(?<offset>[\da-f]{8,}) {2}(?<groups>[\da-f]{2}(?: {1,2}[\da-f]{2})*)\s+\|.*\|\s*$/i, radixes: [16] },
  { name: 'an od dump', line: /^(?<offset>[\da-f]{6,7}) (?<groups>[\da-f]{2}(?: [\da-f]{2})*)(?:\s+>.*<)?\s*$/i, radixes: [8, 16] },
  { name: 'a hexdump dump', line: /^(?<offset>[\da-f]{7}) +(?<groups>[\da-f]{4}(?: +[\da-f]{4})*)\s*$/i, radixes: [16, 8], isSwapped: true },
  { name: 'a Wireshark hex dump', line: /^(?<indent>[ \t]*)(?<offset>[\da-f]{4,8}) {2,3}(?<groups>[\da-f]{2}(?: {1,2}[\da-f]{2}){0,15})(?:\s{2,}.*|\s*)$/i, radixes: [16] },
]

/** A line with the offset at which the dump ends. */
const END = /^(?<indent>[ \t]*)(?<offset>[\da-f]{6,})\s*$/i
/** A line that stands for repetitions of the line before. */
const REPEATED = /^\*\s*$/

/** The form of a dump with this first line; undefined if it is not a dump. */
export function dumpForm(firstLine: string): Form | undefined {
  const layout = LAYOUTS.find(({ line }) => line.test(firstLine))
  if (layout === undefined) return undefined
  const open = (): LineReader => new DumpReader(layout)
  return lineForm(layout.name, layout === WIRESHARK ? () => new FrameReader(open()) : open)
}

/** The layout of Wireshark and tshark, which indent the server's bytes. */
export const WIRESHARK: Layout = LAYOUTS.at(-1)!

/** Reads the lines of one or more dumps. A line at offset 0 starts another dump. */
export class DumpReader implements LineReader {
  private readonly layout: Layout
  private radixes: readonly number[]
  /** The expected offset of the next line, by the indentation of the lines. */
  private readonly ends = new Map<string, number>()
  private last: Uint8Array = new Uint8Array(0)
  private isRepeated = false
  /** The bytes of the last line, if it may be shorter than it looks. */
  private held: InputChunk[] = []

  constructor(layout: Layout) {
    this.layout = layout
    this.radixes = layout.radixes
  }

  line(line: string, number: number): InputChunk[] {
    if (line.trim() === '') return []
    if (REPEATED.test(line)) {
      this.isRepeated = true
      return []
    }
    const place = `line ${number} of the ${this.layout.name.replace(/^an? /, '')}`
    const found = this.layout.line.exec(line) ?? END.exec(line)
    if (found === null) throw new InputError(`${place} does not have this format: ${show(line)}`)
    const { offset: digits = '', indent = '', groups, padding } = found.groups!
    const end = this.ends.get(indent)
    const offset = this.offsetOf(digits, end)
    if (offset === undefined)
      throw new InputError(`${place} starts at ${digits}, where byte ${end} should be`)
    const chunks = this.held
    this.held = []
    if (offset < (end ?? 0) && offset > 0) chunks[0] = { bytes: chunks[0]!.bytes.slice(0, offset - end!) }
    if (this.isRepeated)
      for (let position = end ?? 0; position < offset; position += this.last.length)
        chunks.push(this.chunk(indent))
    this.isRepeated = false
    if (groups === undefined) return chunks
    const { isSwapped } = this.layout
    const bytes =
      padding === undefined
        ? (isSwapped ? swapped : straight)(groups.split(/ +/))
        : bytesOfXxd(groups, padding !== '')
    if (bytes === undefined) throw new InputError(`${place} does not have this format: ${show(line)}`)
    this.last = bytes
    this.ends.set(indent, offset + this.last.length)
    if (isSwapped) this.held = [this.chunk(indent)]
    else chunks.push(this.chunk(indent))
    return chunks
  }

  end(): InputChunk[] {
    return this.held
  }

  private chunk(indent: string): InputChunk {
    return indent === '' ? { bytes: this.last } : { bytes: this.last, direction: 's2c' }
  }

  /** The offset in digits; undefined if no line can start there. */
  private offsetOf(digits: string, end: number | undefined): number | undefined {
    for (const radix of this.radixes) {
      const offset = Number.parseInt(digits, radix)
      if (end === undefined || offset === 0) return offset
      const fits = this.isRepeated
        ? offset > end && (offset - end) % this.last.length === 0
        : offset === end || (offset === end - 1 && this.held.length > 0)
      if (!fits) continue
      this.radixes = [radix]
      return offset
    }
    return undefined
  }
}

const GROUPS = /^[\da-f]+(?: +[\da-f]+)*$/i

type Reading = (groups: readonly string[]) => Uint8Array

const straight: Reading = (groups) => bytesOfDigits(groups.join(''))
/** Reads the groups as little-endian numbers. */
const swapped: Reading = (groups) =>
  straight(groups.map((group) => group.replace(/../g, ' $&').split(' ').reverse().join('')))
/** Reads the groups as digits of bytes in order. */
const binary: Reading = (groups) => Uint8Array.from(groups, (group) => Number.parseInt(group, 2) & 0xff)

/**
 * Reads the bytes of a line of xxd after its offset. The text has one character for each byte, and shows the printable ones: this
 * determines where the text starts and how to read the groups.
 *
 * @param isPadded whether the first group is short and aligned to the right, as little-endian numbers are
 */
function bytesOfXxd(line: string, isPadded: boolean): Uint8Array | undefined {
  const readings = isPadded ? [swapped, straight, binary] : [straight, swapped, binary]
  for (const { index } of line.matchAll(/ {2,}/g)) {
    const digits = line.slice(0, index)
    if (!GROUPS.test(digits)) break
    for (const read of readings) {
      const bytes = read(digits.split(/ +/))
      const start = line.length - bytes.length
      if (start >= index + 2 && line.slice(index, start).trim() === '' && agrees(bytes, line.slice(start)))
        return bytes
    }
  }
  const digits = line.replace(/ {2,}.*$/, '')
  return GROUPS.test(digits) ? straight(digits.split(/ +/)) : undefined
}

/** Whether the text shows the bytes: printable ASCII unchanged, everything else as a dot. */
function agrees(bytes: Uint8Array, text: string): boolean {
  return bytes.every(
    (byte, index) => text[index] === (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'),
  )
}
