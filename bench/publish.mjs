// Measures on each supported version of Node, and writes the tables in README.md and the chart.

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { chart } from '../dist/cli/bench/output/chart.js'
import { markdown } from '../dist/cli/bench/output/text.js'
import { readJson, writeJson } from '../dist/cli/bench/results.js'
import { tables } from './output/tables.mjs'

/** Installed from npm's package `node`. The chart shows the first. */
const NODE_VERSIONS = ['20', '22', '24']

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const README = here('README.md')
const RESULTS = here('results/')
const TABLES = /(<!-- tables -->\n)[\s\S]*(<!-- end of tables -->)/

/**
 * @param measure whether to run the benchmark on each version, or to use the saved results
 * @param only the jobs to measure; the others keep their saved results
 */
export async function publish({ measure, only }) {
  await mkdir(RESULTS, { recursive: true })
  for (const version of measure ? NODE_VERSIONS : []) {
    if (only === undefined) runOn(version, ['--json', file(version)])
    else await updateOn(version, only)
  }
  const runs = NODE_VERSIONS.map((version) => readJson(file(version)))
  await writeFile(here('chart.svg'), chart(runs[0], 'mqtt-packet'))
  const text = await readFile(README, 'utf8')
  if (!TABLES.test(text))
    throw new Error('bench/README.md lacks the comments that mark the place of the tables')
  await writeFile(
    README,
    text.replace(TABLES, (_, start, end) => start + runs.map(section).join('\n') + end),
  )
}

function file(version) {
  return `${RESULTS}node-${version}.json`
}

/** Measures some jobs, and stores them with the saved results of the others. */
async function updateOn(version, only) {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-wire-bench-'))
  try {
    const json = join(folder, 'run.json')
    runOn(version, ['--only', only, '--json', json])
    writeJson(file(version), updated(readJson(file(version)), readJson(json), only))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @throws Error if the runs cannot share a heading, because they differ in more than the date */
function updated(saved, { takenAt, jobs, ...run }, only) {
  for (const key of ['node', 'machine', 'quick', 'contestants']) {
    if (!isDeepStrictEqual(saved[key], run[key]))
      throw new Error(`the saved results are of another ${key}: measure everything, without --only`)
  }
  return { ...saved, updates: { ...saved.updates, [only]: takenAt }, jobs: { ...saved.jobs, ...jobs } }
}

function runOn(version, args) {
  const bench = here('run.mjs')
  execFileSync('npx', ['--yes', `--package=node@${version}`, 'node', bench, ...args], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}

function section(run) {
  const versions = run.contestants.map(({ name, version }) => `${name} ${version}`).join(', ')
  const updates = Object.entries(run.updates ?? {}).map(([only, takenAt]) => ` (${only}: ${date(takenAt)})`)
  return `
## Node ${run.node}

${date(run.takenAt)}${updates.join('')}, V8 ${run.v8}, ${run.machine}${run.quick ? ', with fewer and shorter rounds (--quick)' : ''}. ${versions}.

${tables(run).map(markdown).join('\n')}`
}

function date(takenAt) {
  return takenAt.slice(0, 10)
}
