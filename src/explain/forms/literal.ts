// String literals with escapes, as in Python, C, Go and shells: b'0\x07\x00\x03a/b', "\x30\007".

import { show } from '../../show.ts'
import { type Form, InputError, textForm } from './form.ts'
import { encodeUtf8 } from './utf8.ts'

/** A literal with at least one escape. Without it, any text in quotes would match. */
export const LITERAL: RegExp = /^\s*[bB$]?(["'])(?:(?!\1)[^\\])*\\/

const ESCAPED: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  '"': 34,
  "'": 39,
  '\\': 92,
}
const PART = /\\x([\da-f]{1,2})|\\u00([\da-f]{2})|\\([0-3]?[0-7]{1,2})|\\(.)|([^\\])/isuy
/** The length of the longest escape. The next piece may continue anything shorter. */
const LONGEST = 6

export const literal: Form = textForm('a string literal', () => {
  let quote: string | undefined
  let isClosed = false
  return (text, isLast) => {
    const bytes: number[] = []
    let position = 0
    if (quote === undefined) {
      if (!isLast && !/["']/.test(text)) return { chunks: [], length: 0 }
      const opening = /^\s*[bB$]?(["'])/.exec(text)!
      quote = opening[1]
      position = opening[0].length
    }
    while (!isClosed && position < text.length && (isLast || position + LONGEST <= text.length)) {
      PART.lastIndex = position
      const [part, hex, unicode, octal, escaped, plain] = PART.exec(text) ?? ['']
      position = PART.lastIndex
      if (plain === quote) isClosed = true
      else if (plain !== undefined) bytes.push(...encodeUtf8(plain))
      else if (hex !== undefined || unicode !== undefined) bytes.push(Number.parseInt((hex ?? unicode)!, 16))
      else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
      else if (escaped !== undefined && Object.hasOwn(ESCAPED, escaped)) bytes.push(ESCAPED[escaped]!)
      else throw new InputError(`the string literal contains ${show(part)}`)
    }
    if (isLast && !isClosed) throw new InputError(`the string literal has no ${quote} at its end`)
    return { chunks: [{ bytes: Uint8Array.from(bytes) }], length: isClosed ? text.length : position }
  }
})
