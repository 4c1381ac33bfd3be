// Measures on each supported line of Node, and writes what README.md shows.

import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chart } from '../dist/cli/bench/output/chart.js'
import { markdown } from '../dist/cli/bench/output/text.js'
import { restore } from '../dist/cli/bench/results.js'
import { tables } from './output/tables.mjs'

/** npm's package `node` brings each of them. The chart shows the first. */
const LINES = ['20', '22', '24']

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const README = here('README.md')
const RESULTS = here('results/')
const TABLES = /(<!-- tables -->\n)[\s\S]*(<!-- end of tables -->)/

/** Runs the whole benchmark on each line of Node, unless its results are to be taken as they are. */
export async function publish({ measure }) {
  await mkdir(RESULTS, { recursive: true })
  for (const line of measure ? LINES : []) runOn(line, file(line))
  const runs = LINES.map((line) => restore(file(line)))
  await writeFile(here('chart.svg'), chart(runs[0], 'mqtt-packet'))
  const text = await readFile(README, 'utf8')
  if (!TABLES.test(text)) throw new Error('bench/README.md has no place for the tables')
  await writeFile(
    README,
    text.replace(TABLES, (_, start, end) => start + runs.map(section).join('\n') + end),
  )
}

function file(line) {
  return `${RESULTS}node-${line}.json`
}

function runOn(line, json) {
  const bench = here('run.mjs')
  execFileSync('npx', ['--yes', `--package=node@${line}`, 'node', bench, '--json', json], {
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
