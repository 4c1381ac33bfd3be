// The benchmark: `npm run bench`. See options.mjs for its command line and README.md for its method.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, load, OURS, RIVALS } from './contestants.mjs'
import { bounds, boundsFrom, judge, update } from './gate.mjs'
import { HELP, options, UsageError } from './options.mjs'
import { changeTable, verdictTable } from './output/judgement.mjs'
import { Progress } from './output/progress.mjs'
import { tables } from './output/tables.mjs'
import { plain } from './output/text.mjs'
import { only, plan } from './plan.mjs'
import { publish } from './publish.mjs'
import { circumstances, isFigureOf, keep, restore, save } from './results.mjs'
import { runTask } from './spawn.mjs'

/** How often a job that falls short is measured again, each time with twice the rounds, before the gate shuts. */
const RETRIES = 2

/** The table that a group of jobs shares with others. */
const TABLES = {
  memory: 'Memory',
  linearity: 'Scaling',
  connections: 'Scaling',
  threads: 'Scaling',
  hostile: 'Hostile',
  'fan-out': 'Fan-out',
}

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
  if (wanted.publish) return publish({ measure: !wanted.quick })
  return measure(wanted)
}

async function measure({ quick, gate, only: names, json, compare, contestant: others, update: sets }) {
  const subject = others.at(-1) ?? OURS
  const contestants = await Promise.all([OURS, ...others, ...RIVALS].map(describe))
  const nameOf = Object.fromEntries(contestants.map(({ name, path }) => [path, name]))
  const base = compare && (await restore(compare))
  const limits = gate && (await limitsFor(subject, base && (await boundsFrom(base, nameOf[subject]))))

  let jobs = plan({ quick, gate, subject, others })
  if (gate) {
    const bounded = Object.keys({ ...limits.atLeast, ...limits.atMost })
    jobs = jobs.filter((job) => bounded.some((id) => isFigureOf(id, job.id)))
  }
  if (names !== undefined) jobs = only(jobs, names.split(','))

  const run = circumstances(contestants, { quick })
  await measureAll(run, jobs, nameOf, !gate)
  if (base) console.log(plain(changeTable(base, run, nameOf[subject])))
  let status = 0
  if (gate) {
    const verdict = () =>
      judge(run, nameOf[subject], limits).filter(({ id }) => jobs.some((job) => isFigureOf(id, job.id)))
    if (!sets) await retry(run, jobs, nameOf, verdict)
    console.log(plain(verdictTable(verdict(), nameOf[subject], run.node)))
    if (sets) await update(run, nameOf[subject])
    else if (verdict().some(({ holds }) => !holds)) status = 1
  }
  if (json !== undefined) await save(json, run)
  return status
}

/** Runs the jobs one after the other and prints each group's table when the group is complete. */
async function measureAll(run, jobs, nameOf, prints) {
  const progress = new Progress(jobs.length)
  for (const [index, job] of jobs.entries()) {
    await measureOne(run, job, nameOf, progress)
    progress.next()
    const last = !jobs.slice(index + 1).some(({ group }) => tableOf(group) === tableOf(job.group))
    if (prints && last)
      console.log(plain(tables(run).find(({ title }) => title.startsWith(tableOf(job.group)))))
  }
}

async function measureOne(run, job, nameOf, progress) {
  progress.show(job.id, 0)
  const contestant = nameOf[job.options.contestant]
  const task = runTask(job.task, job.options, (share) => progress.show(job.id, share))
  // A contestant that fails has failed; a race of several that fails is our own mistake.
  const result =
    contestant === undefined
      ? await task
      : await task.catch(({ message }) => ({ fault: message.split('\n')[0] }))
  keep(run, job, contestant, result)
}

function tableOf(group) {
  return TABLES[group] ?? `${group}:`
}

/** Noise passes, slowness stays: what falls short is measured again, longer. */
async function retry(run, jobs, nameOf, verdict) {
  for (let attempt = 1; attempt <= RETRIES; attempt++) {
    const short = verdict().flatMap(({ id, holds }) => (holds ? [] : [id]))
    const again = jobs.filter((job) => short.some((id) => isFigureOf(id, job.id)))
    if (again.length === 0) return
    console.log(`Measured again, with more rounds: ${again.map(({ id }) => id).join(', ')}`)
    const longer = again.map((job) => ({
      ...job,
      options: { ...job.options, rounds: job.options.rounds && job.options.rounds * 2 ** attempt },
    }))
    await measureAll(run, longer, nameOf, false)
  }
}

/** The bounds, without those on what the contestant does not do. */
async function limitsFor(subject, limits) {
  const { atLeast, atMost } = limits ?? (await bounds())
  const { encode, encodeInto, feedFrames, fanOut } = await load(subject, 'limits')
  const does = { encode, encodeInto, readFrame: feedFrames }
  const isDone = (id) =>
    id.startsWith('fan-out')
      ? fanOut?.preparePublish !== undefined
      : !Object.keys(does).some((operation) => id.endsWith(` ${operation}`) && !does[operation])
  const kept = Object.entries(atLeast).filter(([id]) => isDone(id))
  const left = Object.keys(atLeast).filter((id) => !kept.some(([name]) => name === id))
  if (left.length > 0) console.log(`Not judged, as the contestant does not do it: ${left.join(', ')}`)
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
