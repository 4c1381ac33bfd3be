// Colors for each kind of field, from the terminal's own palette, so that they are readable on dark and light backgrounds.

import type { FieldKind } from '../explain/index.ts'

export type Style = FieldKind | 'fault' | 'tolerated' | 'title' | 'dim'

/** Colors a text, or returns it unchanged. */
export type Paint = (style: Style, text: string) => string

// biome-ignore format: one row per style
const CODES: Readonly<Record<Style, string>> = {
  group: '2', type: '1;36', flags: '35', length: '33', identifier: '94', number: '36', code: '1;35', text: '32', binary: '0',
  unread: '2', fault: '1;31', tolerated: '33', title: '1', dim: '2',
}

export const plain: Paint = (_, text) => text

export const colored: Paint = (style, text) =>
  text.trim() === '' ? text : `\x1b[${CODES[style]}m${text}\x1b[0m`
