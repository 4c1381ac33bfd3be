// Measures on each supported version of Node, and writes the tables in README.md and the chart.

import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chart } from '../dist/cli/bench/output/chart.js'
import { markdown } from '../dist/cli/bench/output/text.js'
import { readJson } from '../dist/cli/bench/results.js'
import { tables } from './output/tables.mjs'

/** Installed from npm's package `node`. The chart shows the first. */
const NODE_VERSIONS = ['20', '22', '24']

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const README = here('README.md')
const RESULTS = here('results/')
const TABLES = /(<!-- tables -->\n)[\s\S]*(<!-- end of tables -->)/

/** @param measure whether to run the whole benchmark on each version, or to use the saved results */
export async function publish({ measure }) {
  await mkdir(RESULTS, { recursive: true })
  for (const version of measure ? NODE_VERSIONS : []) runOn(version, file(version))
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

function runOn(version, json) {
  const bench = here('run.mjs')
  execFileSync('npx', ['--yes', `--package=node@${version}`, 'node', bench, '--json', json], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}

function section(run) {
  const versions = run.contestants.map(({ name, version }) => `${name} ${version}`).join(', ')
  return `
## Node ${run.node}

${run.takenAt.slice(0, 10)}, V8 ${run.v8}, ${run.machine}${run.quick ? ', with fewer and shorter rounds (--quick)' : ''}. ${versions}.

${tables(run).map(markdown).join('\n')}`
}
