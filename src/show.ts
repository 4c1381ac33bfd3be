// Shows a value in a message: short, on one line, and safe to print.

/** The most characters of a text that are shown. */
const LONGEST = 64

// Control, format (the bidirectional ones among them), surrogate, private and unassigned characters, line and paragraph
// separators; and what would end the quotation or be taken for an escape.
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}'\\]/gu

/** The first 64 characters of a text. */
export function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : Array.from(text.slice(0, 2 * LONGEST))
        .slice(0, LONGEST)
        .join('')
}

/** The first 64 characters of a text, safe to print. */
export function printable(text: string): string {
  return cut(text).replace(UNSAFE, (character) =>
    character === "'" || character === '\\'
      ? `\\${character}`
      : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

/** A value as a message shows it: text in quotes, at most 64 characters of it; of objects the type alone. Never throws. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${printable(value)}${cut(value) === value ? '' : '…'}'`
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    default:
      return showType(value)
  }
}

/** The type of a value that must not be shown itself: `'a string'`, `'an ArrayBuffer'`. Never throws. */
export function showType(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  const type = typeof value === 'object' ? tagOf(value) : typeof value
  return `${/^[aeio]/i.test(type) ? 'an' : 'a'} ${type}`
}

/** `'ArrayBuffer'`, `'Blob'`, `'array'`; `'object'` for anything that has no name of its own. */
function tagOf(value: object): string {
  try {
    const tag = Object.prototype.toString.call(value).slice('[object '.length, -1)
    return tag === 'Object' || tag === 'Array' ? tag.toLowerCase() : printable(tag)
  } catch {
    return 'object' // a proxy that was revoked, or a getter that throws
  }
}
