// A control for bytes, as text if possible and otherwise in hexadecimal.

import { count, element, labeled, option } from './dom.ts'
import { bytesOfHex, hexOf } from './hex.ts'

/** The maximum number of bytes that can be edited in a form. */
const MAX_LENGTH = 4_096

type Mode = 'text' | 'hexadecimal'

/** @param onChange called with text or bytes */
export function bytesControl(
  label: string,
  value: Uint8Array | string,
  attributes: Readonly<Record<string, string | number>>,
  onChange: (value: string | Uint8Array) => void,
): HTMLElement {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  if (bytes.length > MAX_LENGTH)
    return element(
      'p',
      { class: 'hint' },
      `${label}: ${count(bytes.length, 'byte')}, too many to edit in a form. Edit them in the grid.`,
    )
  const text = textOf(bytes)
  const area = element('textarea', { rows: 2, dir: 'auto', spellcheck: 'false', ...attributes })
  const mode = element(
    'select',
    { 'aria-label': `${label}: text or hexadecimal` },
    option('text', 'text', text !== undefined),
    option('hexadecimal', 'hex', text === undefined),
  )
  let current = bytes
  const write = (): void => {
    area.value = mode.value === 'text' ? (textOf(current) ?? '') : hexOf(current, ' ')
  }
  write()
  area.addEventListener('input', () => {
    const entered =
      (mode.value as Mode) === 'text' ? new TextEncoder().encode(area.value) : bytesOfHex(area.value)
    area.toggleAttribute('aria-invalid', entered === undefined)
    if (entered === undefined) return
    current = entered
    onChange(entered)
  })
  mode.addEventListener('change', () => {
    // Bytes that are not text stay in hexadecimal.
    if (mode.value === 'text' && textOf(current) === undefined) mode.value = 'hexadecimal'
    write()
  })
  return labeled(label, area, mode)
}

/** The bytes as text, unless a text area would change it: line ends other than a line feed, and control characters. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return /[^\P{Cc}\t\n]/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
