// `npm run bench`. The options are in options.mjs, the method is in README.md.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { judge } from '../dist/cli/bench/gate.js'
import { measureAgain, measureAll } from '../dist/cli/bench/measure-all.js'
import { changeTable, verdictTable } from '../dist/cli/bench/output/judgement.js'
import { plain } from '../dist/cli/bench/output/text.js'
import { selectJobs } from '../dist/cli/bench/plan.js'
import { addResult, createRun, isFigureOf, readJson, writeJson } from '../dist/cli/bench/results.js'
import { LINEARITY_ENVIRONMENT } from '../dist/cli/bench/subject.js'
import { runTask } from '../dist/cli/bench/tasks/spawn.js'
import { UsageError } from '../dist/cli/usage.js'
import { describe, load, OURS, RIVALS } from './contestants.mjs'
import { bounds, boundsFrom, update } from './gate.mjs'
import { HELP, options } from './options.mjs'
import { tables } from './output/tables.mjs'
import { plan } from './plan.mjs'
import { publish } from './publish.mjs'
import { figures } from './results.mjs'

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof UsageError ? `${error.message}\n\n${HELP}` : error)
  return 2
})

async function main(args) {
  const wanted = options(args)
  if (wanted.help) {
    console.log(HELP)
    return 0
  }
  installRivals()
  if (wanted.publish) return publish({ measure: !wanted.quick, only: wanted.only })
  return measure(wanted)
}

async function measure({ quick, gate, only: names, json, compare, contestant: others, update: sets }) {
  const subject = others.at(-1) ?? OURS
  const contestants = await Promise.all([OURS, ...others, ...RIVALS].map(describe))
  const nameOf = Object.fromEntries(contestants.map(({ name, path }) => [path, name]))
  const base = compare && readJson(compare)
  const limits = gate && (await limitsFor(subject, base && boundsFrom(base, nameOf[subject])))

  let jobs = plan({ quick, gate, subject, others, nameOf })
  if (gate) {
    const bounded = Object.keys({ ...limits.atLeast, ...limits.atMost })
    jobs = jobs.filter((job) => bounded.some((id) => isFigureOf(id, job.id)))
  }
  if (names !== undefined) jobs = selectJobs(jobs, names)

  const run = createRun(contestants, { quick })
  const measuring = { measure: (job, onProgress) => measureOne(run, job, onProgress) }
  const print = (group) => console.log(plain(tables(run).find(({ title }) => title.startsWith(group))))
  await measureAll(jobs, gate ? measuring : { ...measuring, onGroup: print })
  const measured = () => figures(run, nameOf[subject])
  if (base) console.log(plain(changeTable(base, figures(base, nameOf[subject]), measured())))
  let status = 0
  if (gate) {
    const verdict = () =>
      judge(measured(), limits).filter(({ id }) => jobs.some((job) => isFigureOf(id, job.id)))
    const failingFigures = () => verdict().flatMap(({ id, holds }) => (holds ? [] : [id]))
    if (!sets) await measureAgain(jobs, failingFigures, measuring)
    console.log(plain(verdictTable(verdict(), nameOf[subject], run.node)))
    if (sets) update(run, nameOf[subject])
    else if (failingFigures().length > 0) status = 1
  }
  if (json !== undefined) writeJson(json, run)
  return status
}

async function measureOne(run, job, onProgress) {
  const { id, task, options, of } = job
  const env = id === 'linearity' ? LINEARITY_ENVIRONMENT : {}
  const measured = runTask(task, options, { onProgress, env })
  // A task that fails with one contestant is that contestant's fault; a race that fails is a bug in the benchmark.
  const result =
    of === undefined
      ? await measured
      : await measured.catch(({ message }) => ({ fault: message.split('\n')[0] }))
  addResult(run, job, of, result)
}

/** Returns the bounds, without those on operations that the contestant does not support. */
async function limitsFor(subject, limits) {
  const { atLeast, atMost } = limits ?? bounds()
  const { encode, encodeInto, feedFrames, fanOut } = await load(subject, 'limits')
  const operations = { encode, encodeInto, readFrame: feedFrames }
  const isSupported = (id) =>
    id.startsWith('fan-out')
      ? fanOut?.preparePublish !== undefined
      : !Object.keys(operations).some((name) => id.endsWith(` ${name}`) && !operations[name])
  const kept = Object.entries(atLeast).filter(([id]) => isSupported(id))
  const left = Object.keys(atLeast).filter((id) => !kept.some(([name]) => name === id))
  if (left.length > 0)
    console.log(`Not checked, because the contestant does not support it: ${left.join(', ')}`)
  return { atLeast: Object.fromEntries(kept), atMost }
}

function installRivals() {
  const here = new URL('.', import.meta.url)
  if (existsSync(new URL('node_modules', here))) return
  console.log('Installing the rivals …')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}
