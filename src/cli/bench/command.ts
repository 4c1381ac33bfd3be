// `mqtt-wire bench`: measures a target against mqtt-wire.

import { writeFileSync } from 'node:fs'
import { count, parseArguments } from '../arguments.ts'
import { writable } from '../report/report.ts'
import { escaped } from '../terminal.ts'
import { UsageError } from '../usage.ts'
import type { Figures, Verdict } from './gate.ts'
import { readGate, updateGate } from './gate-file.ts'
import { Stopped } from './measure/rounds.ts'
import { Measurement, print } from './measurement.ts'
import { chart, hasChart } from './output/chart.ts'
import { changeTable, verdictTable } from './output/judgement.ts'
import { selectJobs } from './plan.ts'
import { type Run, readJson, writeJson } from './results.ts'
import { OURS, SUBJECT_OPTIONS, subjectFrom } from './subject.ts'

const OPTIONS = {
  ...SUBJECT_OPTIONS,
  quick: { type: 'boolean' },
  only: { type: 'string' },
  gate: { type: 'string' },
  update: { type: 'boolean' },
  compare: { type: 'string' },
  json: { type: 'string' },
  chart: { type: 'string' },
} as const

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** The file that `--json` writes and `--compare` reads. */
interface Saved extends Run {
  readonly target: string
  readonly isWhole: boolean
  readonly figures: Figures
  readonly gate?: readonly Verdict[] | undefined
}

/** Runs the command and returns the exit status: 1 if a result is wrong or the gate fails. */
export async function benchCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, OPTIONS)
  const { quick = false, update = false } = values
  if (update && values.gate === undefined) throw new UsageError('--update requires --gate FILE')
  const subject = subjectFrom(positionals, values)
  const gate = values.gate === undefined ? undefined : readGate(values.gate, update)
  const base = values.compare === undefined ? undefined : readSaved(values.compare)
  const json = writable('json', values.json)
  const svg = writable('chart', values.chart)
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  for (const signal of SIGNALS) process.once(signal, stop)
  try {
    const planned = await subject.jobs({ quick }, controller.signal)
    const jobs = values.only === undefined ? planned : selectJobs(planned, values.only)
    const isPartial = values.only !== undefined
    const measurement = new Measurement({ subject, jobs, quick, isPartial, controller })
    await measurement.all()
    const verdicts = gate && !update ? await measurement.judge(gate) : undefined
    const { run, measured } = measurement
    const isWhole = !controller.signal.aborted
    if (base) print(changeTable(base, base.figures, measured))
    if (verdicts) print(verdictTable(verdicts, subject.name, run.node))
    if (json !== undefined)
      writeJson(json, {
        target: subject.name,
        isWhole,
        ...run,
        figures: measured,
        gate: verdicts,
      } satisfies Saved)
    if (svg !== undefined) {
      if (hasChart(run)) writeFileSync(svg, chart(run, OURS))
      else
        console.log(
          'No chart was written: it shows decode and encode of W1, W2, W3, W6 and W7, and none was measured.',
        )
    }
    if (values.gate !== undefined && gate && update && isWhole) {
      updateGate(values.gate, gate, measured, run.node)
      console.log(`Wrote the new bounds to ${values.gate}.`)
    }
    console.log(summary(subject.name, measurement, isWhole))
    const isGateFailed = verdicts !== undefined && (!isWhole || verdicts.some(({ holds }) => !holds))
    return measurement.wrong.length > 0 || isGateFailed ? 1 : 0
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    console.log(`${escaped(subject.name)}: stopped before anything was measured.`)
    return values.gate === undefined ? 0 : 1
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

function summary(name: string, { measured, wrong, slow }: Measurement, isWhole: boolean): string {
  const figures = count(Object.keys(measured).length, 'figure')
  const end = isWhole ? '' : ' Stopped early: the rest was not measured.'
  return `${escaped(name)}: ${figures}, ${wrong.length} wrong, ${slow.length} too slow to measure.${end}`
}

/** @throws UsageError unless the file was written by `--json` */
function readSaved(file: string): Saved {
  let saved: Partial<Saved> | null
  try {
    saved = readJson(file)
  } catch (error) {
    throw new UsageError(`--compare: ${(error as Error).message}`)
  }
  const { figures, takenAt, node } = saved ?? {}
  if (typeof figures !== 'object' || typeof takenAt !== 'string' || typeof node !== 'string')
    throw new UsageError(`--compare: ${file} has no results; create it with --json FILE`)
  return saved as Saved
}
