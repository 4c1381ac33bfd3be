// Lists of bytes in the notations of programs: C arrays, Erlang binaries, Node's Buffers, JavaScript's arrays.

import { show } from '../../show.ts'
import { type Form, InputError, type TextReader, textForm } from './form.ts'
import { encodeUtf8 } from './utf8.ts'

interface Notation {
  readonly name: string
  /** Matches what precedes the first byte. */
  readonly opening: RegExp
  readonly closing: string
  /** Whether numbers without a prefix are hexadecimal. */
  readonly isHexadecimal: (sample: string) => boolean
}

/** Whether a letter or a leading zero shows that the numbers are not all decimal. */
const hasHexadecimal = (sample: string): boolean => /(?<![\dx#])(?:[\da-f]?[a-f][\da-f]?|0\d)\b/i.test(sample)

// biome-ignore format: one row per notation
const NOTATIONS: readonly Notation[] = [
  { name: 'a Node Buffer', opening: /^\s*<Buffer\s*/, closing: '>', isHexadecimal: () => true },
  { name: 'an Erlang binary', opening: /^\s*<<\s*/, closing: '>>', isHexadecimal: () => false },
  { name: 'a C array', opening: /^\s*(?:[\w\s*[\]().:&]*=\s*|\[\]byte\s*|(?:new\s+)?byte\s*\[\]\s*)?\{\s*(?=[\d}])/, closing: '}', isHexadecimal: hasHexadecimal },
  { name: 'an array', opening: /^\s*(?:(?:Uint8Array|Buffer)\s*(?:\(\d*\)\s*)?)?\[\s*(?=[\d\]])/, closing: ']', isHexadecimal: hasHexadecimal },
]

/** The form of a list with this beginning; undefined if it is not a list. */
export function listForm(beginning: string): Form | undefined {
  const notation = NOTATIONS.find(({ opening }) => opening.test(beginning))
  return notation && textForm(notation.name, () => listReader(notation))
}

/** How many characters are needed to recognize the notation. */
const SAMPLE = 512

/** A number, or text in double quotes. */
const ITEM = /\s*(?:(?:0x|16#)([\da-f]{1,2})|([\da-f]+)|"([^"\\]*)")\s*(?:,|(?=>|\]|\}|\s[^\s>\]}])|$)/iy

function listReader({ name, opening, closing, isHexadecimal }: Notation): TextReader {
  let isHex: boolean | undefined
  let isClosed = false
  return (text, isLast) => {
    const bytes: number[] = []
    if (isClosed) return { chunks: [], length: text.length }
    let position = 0
    if (isHex === undefined) {
      if (!isLast && text.length < SAMPLE && !text.includes(closing)) return { chunks: [], length: 0 }
      position = opening.exec(text)![0].length
      isHex = isHexadecimal(text.slice(position, position + SAMPLE))
    }
    for (;;) {
      ITEM.lastIndex = position
      const match = ITEM.exec(text)
      // The next piece may continue the last number.
      if (match === null || (!isLast && ITEM.lastIndex === text.length)) break
      bytes.push(...bytesOf(match, isHex, name))
      position = ITEM.lastIndex
    }
    const rest = text.slice(position).replace(/^[\s,]+/, '')
    isClosed = rest.startsWith(closing)
    if (!isClosed && /^\.\.\./.test(rest))
      throw new InputError(`${name} was printed in part: it ends with ...; print all of its bytes`)
    if (!isClosed && (isLast ? rest !== '' : rest.length > 64))
      throw new InputError(`${name} contains ${show(rest.slice(0, 1))}`)
    if (isLast && !isClosed) throw new InputError(`${name} has no ${closing} at its end`)
    return { chunks: [{ bytes: Uint8Array.from(bytes) }], length: isClosed ? text.length : position }
  }
}

function bytesOf(
  [, prefixed, plain, quoted]: RegExpExecArray,
  isHex: boolean,
  name: string,
): Iterable<number> {
  if (quoted !== undefined) return encodeUtf8(quoted)
  const digits = prefixed ?? plain!
  const isDecimal = prefixed === undefined && !isHex
  const value = isDecimal ? Number(digits) : Number.parseInt(digits, 16)
  if (!(value <= 0xff)) throw new InputError(`${name} contains ${show(digits)}, which is not a byte`)
  return [value]
}
