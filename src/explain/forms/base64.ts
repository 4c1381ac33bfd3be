// Base64, in both of its alphabets, with or without padding (RFC 4648).

import { show } from '../../show.ts'
import { type Form, InputError, textForm } from './form.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES: ReadonlyMap<string, number> = new Map([
  ...Array.from(ALPHABET, (symbol, value) => [symbol, value] as const),
  ['-', 62],
  ['_', 63],
])

/** The characters of base64, without white space. */
export const BASE64: RegExp = /^(?:[a-z\d+/]+|[a-z\d_-]+)=*$/i

/** Decodes symbols of the alphabet. Bits that do not fill a byte are dropped. */
export function bytesOfBase64(symbols: string): Uint8Array {
  const bytes = new Uint8Array((symbols.length * 3) >> 2)
  let bits = 0
  let position = 0
  for (let index = 0; index < symbols.length; index++) {
    bits = (bits << 6) | VALUES.get(symbols[index]!)!
    if (index % 4 !== 0) bytes[position++] = bits >> (6 - 2 * (index % 4))
  }
  return bytes
}

export const base64: Form = textForm('base64', () => {
  let rest = ''
  let isPadded = false
  return (text, isLast) => {
    const [symbols = '', padding] = (rest + text.replace(/\s+/g, '')).split(/(=.*)/s, 2)
    const invalid = /[^a-z\d+/_-]/iu.exec(symbols) ?? (isPadded ? /[^=]/u.exec(symbols) : null)
    if (invalid !== null) throw new InputError(`the base64 contains ${show(invalid[0])}`)
    if (padding !== undefined && !/^=+$/.test(padding))
      throw new InputError('the base64 continues after its padding')
    isPadded ||= padding !== undefined
    const length = isLast || isPadded ? symbols.length : symbols.length & ~3
    if (length % 4 === 1) throw new InputError('the base64 is cut off: one symbol is left over')
    rest = symbols.slice(length)
    return { chunks: [{ bytes: bytesOfBase64(symbols.slice(0, length)) }], length: text.length }
  }
})
