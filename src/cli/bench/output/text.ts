// Tables for a terminal and for Markdown.

export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly notes?: readonly string[]
}

/** Formats a table for a terminal, with aligned columns. */
export function plain({ title, head, rows, notes = [] }: Table): string {
  const widths = head.map((cell, column) =>
    Math.max(...[cell, ...rows.map((row) => row[column] ?? '')].map((text) => text.length)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] as number
        return column === 0 || isProse(rows, column) ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  const body = [title, line(head), ...rows.map(line), ...notes.map((note) => `  ${note}`)]
  return `${body.join('\n')}\n`
}

export function markdown({ title, head, rows, notes = [] }: Table): string {
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 || isProse(rows, column) ? '---' : '---:'))
  const table = [line(head), line(rule), ...rows.map(line)].join('\n')
  const list = notes.map((note) => `- ${note}`).join('\n')
  return `**${title}**\n\n${table}\n${list && `\n${list}\n`}`
}

/** Whether a column holds remarks, which are left-aligned. */
function isProse(rows: Table['rows'], column: number): boolean {
  return rows.some((row) => (row[column] ?? '').length > 30)
}

/** Formats nanoseconds in a suitable unit. */
export function time(ns: number): string {
  if (ns < 10) return `${ns.toFixed(1)} ns`
  if (ns < 10_000) return `${grouped(ns)} ns`
  return ns < 10_000_000 ? `${grouped(ns / 1e3)} µs` : `${grouped(ns / 1e6)} ms`
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`
}

export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** The cell of a result that was disqualified. */
export function faultCell(reason: string): string {
  return isSlow(reason) ? 'too slow' : 'wrong'
}

/** Whether a fault means that the contestant was too slow, as opposed to wrong. */
export function isSlow(reason: string): boolean {
  return reason.startsWith('too slow') || reason.startsWith('not done')
}
