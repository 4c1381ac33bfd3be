// `mqtt-wire check`: runs the conformance corpus against a target.

import { count, parseArguments } from '../arguments.ts'
import { annotation, REPORT_OPTIONS, reportFiles, title, writeJson, writeJunit } from '../report/report.ts'
import { Screen } from '../screen.ts'
import { TARGET_OPTIONS, type Target, targetFrom } from '../target/target.ts'
import { groupAsJson, section, table } from './report.ts'
import { type Group, Results } from './result.ts'
import { type CheckedRow, rowsFor } from './rows.ts'

/** Runs the command and returns the exit status: 1 if the target violates a requirement that is not in the baseline. */
export async function checkCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, { ...TARGET_OPTIONS, ...REPORT_OPTIONS })
  const target = await targetFrom('check', positionals, values)
  const files = reportFiles(values)
  const screen = new Screen()
  try {
    const rows = await rowsOf(target)
    const results = new Results()
    await target.examine(rows, (index, symptoms) => {
      const row = rows[index] as CheckedRow
      for (const symptom of symptoms) results.add(row.row, symptom)
    })
    const breaches = [...results.of('must'), ...results.of('wait')]
    const known = new Set(breaches.filter((group) => files.baseline?.has(group) === true))
    const fresh = breaches.filter((group) => !known.has(group))
    const stale = files.baseline?.stale() ?? []
    await screen.line(`${target.name}: ${count(rows.length, 'row')} of the corpus`)
    for (const outcome of ['must', 'wait', 'may'] as const) {
      const text = section(outcome, results.of(outcome), (group) => known.has(group))
      if (text !== '') await screen.line(text)
    }
    if (target.verdicts !== undefined)
      await screen.line(
        `\n${table(
          rows.map(({ row }) => row),
          target.verdicts,
        )}`,
      )
    for (const group of files.annotates ? fresh : []) await screen.line(annotation(groupAsJson(group)))
    for (const finding of stale) await screen.line(`\nin the baseline, but not found: ${title(finding)}`)
    await screen.line(`\n${target.name}: ${summary(rows, results)}`)
    writeJson(files.json, {
      target: target.name,
      rows: rows.length,
      findings: breaches.map(groupAsJson),
      mays: results.of('may').map(groupAsJson),
    })
    writeJunit(files.junit, `mqtt-wire check ${target.name}`, cases(rows, results))
    return fresh.length === 0 && stale.length === 0 ? 0 : 1
  } finally {
    await screen.finish()
    await target.close()
  }
}

/** A broker only gets single packets, because its verdicts on several could not be told apart. */
async function rowsOf(target: Target): Promise<CheckedRow[]> {
  const rows = rowsFor(await target.start())
  return target.verdicts === undefined ? rows : rows.filter(({ row }) => row.packets === undefined)
}

function summary(rows: readonly CheckedRow[], results: Results): string {
  const musts = rows.filter(({ row }) => row.requirement === 'must').length
  const number = (groups: readonly Group[]): number => new Set(groups.flatMap((group) => group.rows)).size
  const [broken, waits, mays] = [results.of('must'), results.of('wait'), results.of('may')].map(number)
  return `${count(musts, 'requirement')}: ${broken} violated, ${waits} ${waits === 1 ? 'wait' : 'waits'}; ${count(rows.length - musts, 'permission')}: ${mays} used.`
}

function cases(rows: readonly CheckedRow[], results: Results) {
  const failures = new Map(
    [...results.of('must'), ...results.of('wait')].flatMap((group) => group.rows.map((row) => [row, group])),
  )
  return rows.map(({ row }) => {
    const group = failures.get(row)
    const failure = group && { message: title(group), text: `${group.symptom.happened}\nbytes: ${row.hex}` }
    return { name: row.name, failure }
  })
}
