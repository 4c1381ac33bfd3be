import { describe, expect, test } from 'vitest'
import { show, showType, truncate } from '../src/show.ts'

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const throwing = {
  get [Symbol.toStringTag](): string {
    throw new Error('no')
  },
  toString(): string {
    throw new Error('no')
  },
}

// biome-ignore format: one row per value
const ROWS: readonly (readonly [unknown, string, string])[] = [
  [undefined, 'undefined', 'undefined'],
  [null, 'null', 'null'],
  [true, 'true', 'a boolean'],
  [65_536, '65536', 'a number'],
  [Number.NaN, 'NaN', 'a number'],
  [-1.5, '-1.5', 'a number'],
  [7n, 'a bigint', 'a bigint'],
  [Symbol('s'), 'a symbol', 'a symbol'],
  [() => 'secret', 'a function', 'a function'],
  ['', "''", 'a string'],
  ['größe/度/🌡', "'größe/度/🌡'", 'a string'],
  ["it's a\\b", "'it\\'s a\\\\b'", 'a string'],
  ['a\0b\n\u007f\u0085', "'a\\u{0}b\\u{a}\\u{7f}\\u{85}'", 'a string'],
  ['\u202eabc\u2066\u200f\u061c', "'\\u{202e}abc\\u{2066}\\u{200f}\\u{61c}'", 'a string'],
  ['\u2028\u2029\ufeff\ud800', "'\\u{2028}\\u{2029}\\u{feff}\\u{d800}'", 'a string'],
  ['\u{e0041}', "'\\u{e0041}'", 'a string'],
  ['x'.repeat(64), `'${'x'.repeat(64)}'`, 'a string'],
  ['x'.repeat(65), `'${'x'.repeat(64)}…'`, 'a string'],
  ['x'.repeat(10_000_000), `'${'x'.repeat(64)}…'`, 'a string'],
  [{}, 'an object', 'an object'],
  [new (class Secret { password = 'p' })(), 'an object', 'an object'],
  [Object.create(null), 'an object', 'an object'],
  [['secret'], 'an array', 'an array'],
  [new ArrayBuffer(1), 'an ArrayBuffer', 'an ArrayBuffer'],
  [new Blob(['secret']), 'a Blob', 'a Blob'],
  [Buffer.from('secret'), 'a Uint8Array', 'a Uint8Array'],
  [new Date(), 'a Date', 'a Date'],
  [new String('secret'), 'a String', 'a String'],
  [{ [Symbol.toStringTag]: '\u202eevil\n' }, 'a \\u{202e}evil\\u{a}', 'a \\u{202e}evil\\u{a}'],
  [throwing, 'an object', 'an object'],
  [revoked(), 'an object', 'an object'],
]

test('text is cut between characters', () => {
  expect(truncate(`${'x'.repeat(63)}🌡🌡`)).toBe(`${'x'.repeat(63)}🌡`)
  expect(show('🌡'.repeat(65))).toBe(`'${'🌡'.repeat(64)}…'`)
})

describe.each(ROWS.map(([value, shown, type]) => ({ value, shown, type })))(
  'a value is shown as $shown',
  ({ value, shown, type }) => {
    test('as it is', () => expect(show(value)).toBe(shown))
    test(`or as ${type}`, () => expect(showType(value)).toBe(type))
  },
)
