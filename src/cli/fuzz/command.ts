// `mqtt-wire fuzz`: fuzzes a target and reports its faults.

import { integerOption, parseArguments } from '../arguments.ts'
import { REPORT_OPTIONS, reportFiles } from '../report/report.ts'
import { TARGET_OPTIONS, targetFrom } from '../target/target.ts'
import { Campaign } from './campaign.ts'
import { FuzzReport } from './report.ts'

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
  const report = new FuzzReport(target.name, seed, reportFiles(values))
  try {
    const campaign = new Campaign({ target, declaration: await target.start(), seed, runs })
    return await whileStoppable(campaign, seconds, async () => {
      await report.follow(campaign)
      return report.finish(campaign)
    })
  } finally {
    await report.close()
    await target.close()
  }
}

/** Awaits `work` and stops the campaign meanwhile after so many seconds, or on a signal. */
async function whileStoppable<Result>(
  campaign: Campaign,
  seconds: number | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const end = seconds === undefined ? undefined : setTimeout(() => campaign.stop(), 1_000 * seconds)
  for (const signal of SIGNALS) process.once(signal, campaign.stop)
  try {
    return await work()
  } finally {
    clearTimeout(end)
    for (const signal of SIGNALS) process.off(signal, campaign.stop)
  }
}
