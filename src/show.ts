// Formats values for error messages: short, on one line, and safe to print.

/** The maximum number of characters of a text to show. */
const MAX_LENGTH = 64

// Control, format (including bidirectional), surrogate, private-use and unassigned characters; line and paragraph
// separators; quotes and backslashes.
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}'\\]/gu

/** The first 64 characters of a text. */
export function truncate(text: string): string {
  return text.length <= MAX_LENGTH
    ? text
    : Array.from(text.slice(0, 2 * MAX_LENGTH))
        .slice(0, MAX_LENGTH)
        .join('')
}

/** The first 64 characters of a text, safe to print. */
export function printable(text: string): string {
  return truncate(text).replace(UNSAFE, (character) =>
    character === "'" || character === '\\'
      ? `\\${character}`
      : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

/** Formats a value: text in quotes and at most 64 characters of it, objects as their type. Never throws. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${printable(value)}${truncate(value) === value ? '' : '…'}'`
    case 'number':
    case 'boolean':
      return String(value)
    default:
      return showType(value)
  }
}

/** Formats only the type of a value: `'a string'`, `'an ArrayBuffer'`. Never throws. */
export function showType(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  const type = typeof value === 'object' ? tagOf(value) : typeof value
  return `${/^[aeio]/i.test(type) ? 'an' : 'a'} ${type}`
}

/** `'ArrayBuffer'`, `'Blob'`, `'array'`; `'object'` if the value has no more specific name. */
function tagOf(value: object): string {
  try {
    const tag = Object.prototype.toString.call(value).slice('[object '.length, -1)
    return tag === 'Object' || tag === 'Array' ? tag.toLowerCase() : printable(tag)
  } catch {
    return 'object' // a revoked proxy, or a getter that throws
  }
}
