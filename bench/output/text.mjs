// Tables for a terminal and for Markdown.

/** Columns of one width each, figures to the right. */
export function plain({ title, head, rows, notes = [] }) {
  const widths = head.map((cell, column) =>
    Math.max(...[cell, ...rows.map((row) => row[column])].map((text) => text.length)),
  )
  const line = (row) =>
    row
      .map((cell, column) =>
        column === 0 || isProse(rows, column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd()
  const body = [title, line(head), ...rows.map(line), ...notes.map((note) => `  ${note}`)]
  return `${body.join('\n')}\n`
}

export function markdown({ title, head, rows, notes = [] }) {
  const line = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 || isProse(rows, column) ? '---' : '---:'))
  const table = [line(head), line(rule), ...rows.map(line)].join('\n')
  const list = notes.map((note) => `- ${note}`).join('\n')
  return `**${title}**\n\n${table}\n${list && `\n${list}\n`}`
}

/** Remarks are read from the left. */
function isProse(rows, column) {
  return rows.some((row) => row[column].length > 30)
}
