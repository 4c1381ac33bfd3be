// `mqtt-wire fuzz`: tries to break a parser, and says how.

import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { Screen } from '../screen.ts'
import { UsageError } from '../usage.ts'
import { Campaign, type Finding } from './campaign.ts'
import { asJson, block } from './report.ts'

const OPTIONS = {
  runs: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'string' },
} as const satisfies ParseArgsConfig['options']

const DEFAULT_RUNS = 20_000
const LARGEST_SEED = 2 ** 32 - 1

/** Returns the exit status: 1 if something was found. */
export async function fuzzCommand(args: readonly string[]): Promise<number> {
  const { adapter, runs, seconds, seed, json } = optionsFrom(args)
  const started = Date.now()
  const campaign = new Campaign({
    adapter: resolve(adapter),
    seed,
    runs,
    deadline: started + 1_000 * seconds,
  })
  const findings: Finding[] = []
  const screen = new Screen()
  const timer = setInterval(
    () => screen.progress(() => `${inputs(campaign)}, ${count(findings.length, 'finding')}`),
    200,
  )
  try {
    await screen.line(`${adapter}, seed ${seed}`)
    for await (const finding of campaign.findings()) {
      findings.push(finding)
      await screen.line(block(finding, findings.length))
    }
    await screen.line(
      `\n${adapter}: ${count(findings.length, 'finding')} in ${inputs(campaign)}, seed ${seed}.`,
    )
  } finally {
    clearInterval(timer)
    await screen.finish()
  }
  if (json !== undefined) {
    const report = { adapter, seed, inputs: campaign.inputs, findings: findings.map(asJson) }
    writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`)
  }
  return findings.length === 0 ? 0 : 1
}

function optionsFrom(args: readonly string[]) {
  const { values, positionals } = parsed(args)
  const [adapter] = positionals
  if (adapter === undefined || positionals.length > 1) throw new UsageError('one ADAPTER, please')
  if (!existsSync(adapter)) throw new UsageError(`there is no ${adapter}`)
  const seconds = wholeNumber('seconds', values.seconds, 1)
  const runs = wholeNumber('runs', values.runs, 0)
  const seed = wholeNumber('seed', values.seed, 0)
  return {
    adapter,
    json: writable(values.json),
    seconds: seconds ?? Number.POSITIVE_INFINITY,
    runs: runs ?? (seconds === undefined ? DEFAULT_RUNS : Number.POSITIVE_INFINITY),
    seed: seed ?? Math.floor(Math.random() * LARGEST_SEED),
  }
}

/** Hours of findings are not to be lost in the end: a file that cannot be written is told before. */
function writable(file: string | undefined): string | undefined {
  try {
    if (file !== undefined) closeSync(openSync(file, 'a'))
    return file
  } catch (error) {
    throw new UsageError(`--json: ${(error as Error).message}`)
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`--${name} is a whole number, not ${text}`)
}

const inputs = (campaign: Campaign): string => count(campaign.inputs, 'input')

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
