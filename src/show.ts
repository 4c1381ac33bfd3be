// Shows a value in a message: short, on one line, and safe to print.

const LONGEST = 64

// Controls, and what turns the direction of text or hides in it.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu

const escaped = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`

/** The first 64 characters of a text. */
export function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : Array.from(text.slice(0, 2 * LONGEST))
        .slice(0, LONGEST)
        .join('')
}

/** A value as a message shows it: text in quotes, at most 64 characters of it. */
export function show(value: unknown): string {
  if (typeof value !== 'string')
    return typeof value === 'object' && value !== null ? 'an object' : String(value)
  const text = cut(value)
  return `'${text.replace(UNSAFE, escaped)}${text.length < value.length ? '…' : ''}'`
}
