// Formats the results of check.

import { count } from '../arguments.ts'
import type { Row } from '../corpus.ts'
import { type Reported, title } from '../report/report.ts'
import { escaped } from '../terminal.ts'
import type { Group, Outcome } from './result.ts'

const EXAMPLES = 3
const LONGEST_HEX = 64

const HEADINGS: Readonly<Record<Outcome, string>> = {
  must: 'Violated requirements',
  wait: 'Waits: the target asks for more bytes although the packet is complete',
  may: 'Permissions that the target uses, which are not faults',
}

/** The groups of one outcome. */
export function section(
  outcome: Outcome,
  groups: readonly Group[],
  isKnown: (group: Group) => boolean,
): string {
  if (groups.length === 0) return ''
  const lines = groups.flatMap((group) => [
    `  ${heading(group)}: ${count(group.rows.length, 'row')}${isKnown(group) ? ', known' : ''}`,
    ...(group.symptom.kind === 'verdict' ? [] : [`      ${escaped(group.symptom.happened).slice(0, 400)}`]),
    ...group.rows.slice(0, EXAMPLES).map(({ hex, name }) => `      ${shortened(hex)}  ${escaped(name)}`),
    ...(group.rows.length > EXAMPLES ? ['      …'] : []),
  ])
  return `\n${HEADINGS[outcome]}\n${lines.join('\n')}`
}

function heading(group: Group): string {
  const { permission, outcome, about } = group
  if (outcome === 'wait') return title({ ...group, kind: 'waits', about: about.replace(/^accepts /, '') })
  return permission === undefined ? title(group) : `${title(group)}: ${permission.reason}`
}

export function groupAsJson(
  group: Group,
): Reported & { readonly outcome: Outcome; readonly rows: readonly string[] } {
  const { kind, about, rule, packetType, outcome, symptom, rows } = group
  const { expected, happened } = symptom
  const names = rows.map(({ name }) => name)
  return {
    outcome,
    kind,
    about,
    rule,
    packetType,
    bytes: rows[0]?.hex ?? '',
    expected,
    happened,
    rows: names,
  }
}

const VERDICTS = ['accepted', 'closed', 'refused', 'silent'] as const

/** A broker's verdicts on the rows, counted by code. */
export function table(rows: readonly Row[], verdicts: readonly (string | undefined)[]): string {
  const counts = new Map<string, number[]>()
  for (const [index, { code = 'valid' }] of rows.entries()) {
    const cells = counts.get(code) ?? [0, ...VERDICTS.map(() => 0)]
    const column = VERDICTS.findIndex((word) => verdicts[index]?.startsWith(word) === true)
    cells[0] = (cells[0] ?? 0) + 1
    if (column >= 0) cells[column + 1] = (cells[column + 1] ?? 0) + 1
    counts.set(code, cells)
  }
  const head = ['mqtt-wire says', 'rows', 'accepts', 'closes', 'answers with a refusal', 'silent']
  const lines = [head, ...[...counts].sort(byName).map(([code, cells]) => [code, ...cells.map(String)])]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1)

function shortened(hex: string): string {
  return hex.length > LONGEST_HEX ? `${hex.slice(0, LONGEST_HEX)}…` : hex
}
