// Fields of packets that may be malformed: correct, incorrect, missing or repeated.

import { concat } from './bytes.ts'
import type { Field } from './layout.ts'
import { isObject, mistake } from './mistake.ts'
import { utf8 } from './utf8.ts'

/** Bytes to write verbatim, instead of a field or beside it. */
export interface Verbatim {
  readonly bytes: Uint8Array | readonly number[]
}

/**
 * A field: a value; `undefined` for a correct default; `null` to omit it; or a list of values and bytes to write one after
 * another. For example, `['a', 'a']` repeats a field, and `[{ bytes: [0xff] }, 'a']` inserts a byte before it.
 */
export type Raw<Value> = Value | Verbatim | null | undefined | readonly (Value | Verbatim)[]

/** A length: correct (`'auto'`), another number, or bytes to write verbatim, possibly none. */
export type RawLength = 'auto' | number | Uint8Array

/** The content of text and binary fields. A lone surrogate in a string becomes three bytes, which UTF-8 does not allow. */
export type RawContent = string | Uint8Array

/** A field with a two-byte length prefix: its content and, optionally, the prefix. */
export type RawPrefixed = Raw<RawContent | { readonly length?: RawLength; readonly content?: RawContent }>

/** A field of one or two bytes. */
export type RawNumber = Raw<number>

/** The length prefix of a field, and its content. */
type Encoded = readonly [prefix: Uint8Array, content: Uint8Array]

const NOTHING = new Uint8Array(0)

/** Returns the value unless it is undefined, otherwise the default. `null` counts as a value. */
export function given<Value>(value: Value | undefined, otherwise: Value): Value {
  return value === undefined ? otherwise : value
}

/** Writes fields and records the position of each one, even of those that are omitted. */
export class RawWriter {
  readonly pieces: Uint8Array[] = []
  readonly fields: Field[] = []
  length = 0

  uint8(name: string, raw: Raw<number>): this {
    return this.add(name, raw, (value) => [NOTHING, uint(name, value, 1)])
  }

  uint16(name: string, raw: Raw<number>): this {
    return this.add(name, raw, (value) => [NOTHING, uint(name, value, 2)])
  }

  prefixed(name: string, raw: RawPrefixed): this {
    return this.add(name, raw, (value) => {
      if (!isContent(value) && !isObject(value))
        mistake(`${name} must be text, bytes, or their length and content`, value)
      const { length = 'auto', content = NOTHING } = isContent(value) ? { content: value } : value
      const bytes = bytesOf(name, content)
      return [encodeLength(name, length, bytes.length, (number) => uint(name, number, 2)), bytes]
    })
  }

  rest(name: string, raw: Raw<RawContent>): this {
    return this.add(name, raw, (value) => [NOTHING, bytesOf(name, value)])
  }

  remainingLength(raw: Raw<RawLength>, bodyLength: number): this {
    return this.add('Remaining Length', raw, (value) => [
      NOTHING,
      encodeLength('Remaining Length', value, bodyLength, anyRemainingLength),
    ])
  }

  /** Appends everything that the other writer has written. */
  append({ pieces, fields, length }: RawWriter): this {
    for (const { name, start, content, end } of fields) {
      this.fields.push({
        name,
        start: this.length + start,
        content: this.length + content,
        end: this.length + end,
      })
    }
    for (const piece of pieces) this.pieces.push(piece) // the list may exceed the maximum number of arguments of a call
    this.length += length
    return this
  }

  get bytes(): Uint8Array {
    return concat(this.pieces)
  }

  private add<Value>(name: string, raw: Raw<Value>, encode: (value: Value) => Encoded): this {
    const items = listOf(raw)
    if (items.length === 0) this.put(name, NOTHING, NOTHING)
    for (const item of items) {
      if (isVerbatim(item)) this.put(name, NOTHING, verbatim(name, item))
      else this.put(name, ...encode(item as Value))
    }
    return this
  }

  private put(name: string, prefix: Uint8Array, bytes: Uint8Array): void {
    const start = this.length
    const content = start + prefix.length
    const end = content + bytes.length
    this.pieces.push(prefix, bytes)
    this.fields.push({ name, start, content, end })
    this.length = end
  }
}

/** The values and bytes of a field; empty if it is omitted. */
export function listOf<Value>(raw: Raw<Value>): readonly (Value | Verbatim)[] {
  if (raw === null || raw === undefined) return []
  return Array.isArray(raw) ? raw : [raw as Value | Verbatim]
}

function isContent(value: unknown): value is RawContent {
  return typeof value === 'string' || value instanceof Uint8Array
}

/** Whether the value is bytes to write verbatim. */
export function isVerbatim(value: unknown): value is Verbatim {
  return isObject(value) && 'bytes' in value
}

function verbatim(name: string, { bytes }: Verbatim): Uint8Array {
  if (!(bytes instanceof Uint8Array) && !Array.isArray(bytes))
    mistake(`${name} must be a list of bytes`, bytes)
  for (const byte of bytes) if (byte !== (byte & 0xff)) mistake(`${name} must be a list of bytes`, byte)
  return Uint8Array.from(bytes)
}

function bytesOf(name: string, content: RawContent): Uint8Array {
  if (!isContent(content)) mistake(`${name || 'surplus'} must be text or bytes`, content)
  return typeof content === 'string' ? utf8(content) : content
}

function encodeLength(
  name: string,
  length: RawLength,
  right: number,
  encode: (value: number) => Uint8Array,
): Uint8Array {
  if (length === 'auto') return encode(right)
  if (typeof length === 'number') return encode(length)
  return length instanceof Uint8Array
    ? length
    : mistake(`the length of ${name} must be a number, bytes or auto`, length)
}

function uint(name: string, value: number, size: 1 | 2): Uint8Array {
  if (typeof value !== 'number') mistake(`${name} must be a number`, value)
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
    throw new RangeError(
      `${value} does not fit in ${size} ${size === 1 ? 'byte' : 'bytes'}: use { bytes: […] } for anything else`,
    )
  }
  return size === 1 ? Uint8Array.of(value) : Uint8Array.of(value >> 8, value)
}

/** Encodes a Remaining Length (§2.2.3) of any size: from 268,435,456 on it takes five bytes or more. */
function anyRemainingLength(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a Remaining Length`)
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Uint8Array.of(...bytes, rest)
}
