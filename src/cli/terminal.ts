// Output to the terminal. Control characters from peers and files never reach it.

/** Control, bidirectional and invisible characters, and lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Escapes characters that must not reach a terminal. */
export function escaped(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const codePoint = (character.codePointAt(0) ?? 0).toString(16)
    return codePoint.length > 4 ? `\\u{${codePoint}}` : `\\u${codePoint.padStart(4, '0')}`
  })
}

/** JSON on one line that is safe to print. */
export function safeJson(
  value: unknown,
  replacer?: (this: never, name: string, value: unknown) => unknown,
): string {
  return JSON.stringify(value, replacer as never).replace(UNSAFE, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** Writes a message of one or more lines to standard error. */
export function complain(message: string): void {
  process.stderr.write(`mqtt-wire: ${message.split('\n').map(escaped).join('\n')}\n`)
}

/** Whether output may have colors: `FORCE_COLOR` and `NO_COLOR` decide, otherwise whether it goes to a terminal. */
export function hasColors(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = env
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return !NO_COLOR && TERM !== 'dumb' && stream.isTTY === true
}

const DEFAULT_WIDTH = 100

/** The width of the output in columns. */
export function widthOf(stream: { readonly columns?: number }, env: NodeJS.ProcessEnv = process.env): number {
  return stream.columns || Number(env.COLUMNS) || DEFAULT_WIDTH
}
