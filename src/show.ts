// Values in messages: short, and without characters that would change how a terminal or a log shows the rest.

/** At most so many UTF-16 code units of a text are shown. */
const LONGEST = 64

// Control, format (the bidirectional ones among them), surrogate, private and unassigned characters, line and paragraph
// separators; and what would end the quotation or be taken for an escape.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}'\\]/gu

/**
 * A value as messages show it: text of at most 64 characters in quotes, numbers and the like as they are, of anything
 * else its type alone. Never throws.
 */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
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

function quoted(text: string): string {
  return text.length > LONGEST ? `'${escaped(text.slice(0, LONGEST))}…'` : `'${escaped(text)}'`
}

function escaped(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`
    const hex = character.codePointAt(0)!.toString(16)
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
  })
}

/** `'ArrayBuffer'`, `'Blob'`, `'array'`; `'object'` for anything that has no name of its own. */
function tagOf(value: object): string {
  try {
    const tag = Object.prototype.toString.call(value).slice('[object '.length, -1)
    return tag === 'Object' || tag === 'Array' ? tag.toLowerCase() : escaped(tag.slice(0, LONGEST))
  } catch {
    return 'object' // a proxy that was revoked, or a getter that throws
  }
}
