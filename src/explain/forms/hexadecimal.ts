// Hexadecimal text: digits in pairs, with any separators and prefixes between them.

import { show } from '../../show.ts'
import { type Form, InputError, textForm } from './form.ts'

/** Separators between digits: `30 07`, `30:07`, `30-07`, `0x30,0x07`, `\x30\x07`. */
const BETWEEN = /0x|\\x|[\s,:;_-]+/gi

/** A byte with a prefix and one digit. */
const ONE_DIGIT = /(?:0x|\\x)([\da-f])(?![\da-f])/gi
/** The end of a piece that the next one may continue. */
const UNFINISHED = /(?:(?<!(?:0x|\\x)[\da-f])0|0x[\da-f]?|\\|\\x[\da-f]?)$/i

/** The characters of hexadecimal text. */
export const HEXADECIMAL: RegExp = /^(?:[\da-f\s,:;_-]|0x|\\x)*(?:0|\\)?$/i

/** Whether the text consists of pairs of digits. A regular expression for pairs overflows the stack if there are many. */
export const isDigits = (text: string): boolean => text.length % 2 === 0 && !/[^\da-f]/i.test(text)

/** The bytes of pairs of digits. */
export function bytesOfDigits(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length >> 1)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = (DIGITS[digits.charCodeAt(2 * index)]! << 4) | DIGITS[digits.charCodeAt(2 * index + 1)]!
  return bytes
}

const DIGITS = new Uint8Array(128)
for (const digit of '0123456789abcdefABCDEF') DIGITS[digit.charCodeAt(0)] = Number.parseInt(digit, 16)

export const hexadecimal: Form = textForm('hexadecimal text', () => {
  let half = ''
  return (text, isLast) => {
    const length = isLast ? text.length : text.replace(UNFINISHED, '').length
    const digits = half + text.slice(0, length).replace(ONE_DIGIT, '0$1').replace(BETWEEN, '')
    const invalid = /[^\da-f]/iu.exec(digits)
    if (invalid !== null) throw new InputError(`the hexadecimal text contains ${show(invalid[0])}`)
    half = digits.length % 2 === 0 ? '' : digits.slice(-1)
    if (isLast && half !== '') throw new InputError('the hexadecimal text has an odd number of digits')
    return { chunks: [{ bytes: bytesOfDigits(digits) }], length }
  }
})
