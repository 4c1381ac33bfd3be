// `mqtt-wire fuzz`: fuzzes a target and reports its faults.

import { count, integerOption, parseArguments } from '../arguments.ts'
import { annotation, REPORT_OPTIONS, reportFiles, title, writeJson, writeJunit } from '../report/report.ts'
import { Screen } from '../screen.ts'
import { TARGET_OPTIONS, targetFrom } from '../target/target.ts'
import { Campaign, type Finding } from './campaign.ts'
import { block, findingAsJson, groups } from './report.ts'

const OPTIONS = {
  runs: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  ...TARGET_OPTIONS,
  ...REPORT_OPTIONS,
} as const

const DEFAULT_RUNS = 20_000
const MAX_SEED = 2 ** 32 - 1
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Runs the command and returns the exit status: 1 if it found something that is not in the baseline. */
export async function fuzzCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, OPTIONS)
  const seconds = integerOption('seconds', values.seconds, 1)
  const runs =
    integerOption('runs', values.runs, 0) ?? (seconds === undefined ? DEFAULT_RUNS : Number.POSITIVE_INFINITY)
  const seed = integerOption('seed', values.seed, 0) ?? Math.floor(Math.random() * MAX_SEED)
  const target = await targetFrom('fuzz', positionals, values)
  const files = reportFiles(values)
  const { name } = target

  const findings: Finding[] = []
  const isNew = (finding: Finding): boolean => files.baseline?.has(finding) !== true
  const screen = new Screen()
  try {
    const declaration = await target.start()
    const campaign = new Campaign({ target, declaration, seed, runs })
    const inputs = (): string => count(campaign.inputs, 'input')
    const timer = setInterval(
      () => screen.progress(() => `${inputs()}, ${count(findings.length, 'finding')}`),
      200,
    )
    const end = seconds === undefined ? undefined : setTimeout(() => campaign.stop(), 1_000 * seconds)
    for (const signal of SIGNALS) process.once(signal, campaign.stop)
    let fresh = 0
    try {
      await screen.line(`${name}, seed ${seed}`)
      await screen.finish()
      for await (const finding of campaign.findings()) {
        findings.push(finding)
        if (!isNew(finding)) continue
        fresh++
        await screen.line(block(finding, findings.length))
        if (files.annotates) await screen.line(annotation(findingAsJson(finding)))
        await screen.finish() // whoever reads along sees it now
      }
      // A run that was cut short may not have come to what is known.
      const isWhole = campaign.endedBy === undefined
      const stale = isWhole ? (files.baseline?.stale() ?? []) : []
      for (const finding of stale) await screen.line(`\nin the baseline, but not found: ${title(finding)}`)
      const known = findings.length - fresh
      if (fresh > 1) await screen.line(`\nBy cause:\n${groups(findings.filter(isNew))}`)
      if (campaign.endedBy === 'deaths')
        await screen.line('\nStopped early: it hung or died too often to go on.')
      await screen.line(
        `\n${name}: ${count(fresh, files.baseline ? 'new finding' : 'finding')}${known > 0 ? ` and ${known.toLocaleString('en')} known` : ''} in ${inputs()}, seed ${seed}.`,
      )
      const reported = findings.map(findingAsJson)
      writeJson(files.json, { target: name, seed, inputs: campaign.inputs, isWhole, findings: reported })
      writeJunit(files.junit, `mqtt-wire fuzz ${name}`, [
        { name: inputs() },
        ...findings.map((finding) => ({
          name: title(finding),
          failure: isNew(finding) ? { message: finding.happened, text: block(finding, 1) } : undefined,
        })),
      ])
      return fresh === 0 && stale.length === 0 ? 0 : 1
    } finally {
      clearInterval(timer)
      clearTimeout(end)
      for (const signal of SIGNALS) process.off(signal, campaign.stop)
      await screen.finish()
    }
  } finally {
    await target.close()
  }
}
