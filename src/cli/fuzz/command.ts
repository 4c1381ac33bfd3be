// `mqtt-wire fuzz`: fuzzes a parser and reports its faults.

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
const MAX_SEED = 2 ** 32 - 1

/** Runs the command and returns the exit status: 1 if it found something. */
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
  const { values, positionals } = parseArguments(args)
  const [adapter] = positionals
  if (adapter === undefined || positionals.length > 1)
    throw new UsageError('fuzz requires exactly one ADAPTER')
  if (!existsSync(adapter)) throw new UsageError(`${adapter} does not exist`)
  const seconds = integerOption('seconds', values.seconds, 1)
  const runs = integerOption('runs', values.runs, 0)
  const seed = integerOption('seed', values.seed, 0)
  return {
    adapter,
    json: writable(values.json),
    seconds: seconds ?? Number.POSITIVE_INFINITY,
    runs: runs ?? (seconds === undefined ? DEFAULT_RUNS : Number.POSITIVE_INFINITY),
    seed: seed ?? Math.floor(Math.random() * MAX_SEED),
  }
}

/** Checks that the file can be written before fuzzing starts, so that hours of findings are not lost. */
function writable(file: string | undefined): string | undefined {
  try {
    if (file !== undefined) closeSync(openSync(file, 'a'))
    return file
  } catch (error) {
    throw new UsageError(`--json: ${(error as Error).message}`)
  }
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function integerOption(name: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= min) return value
  throw new UsageError(`--${name} must be an integer of at least ${min}, not ${text}`)
}

const inputs = (campaign: Campaign): string => count(campaign.inputs, 'input')

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
