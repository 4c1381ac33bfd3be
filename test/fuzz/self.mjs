// Fuzzes mqtt-wire's own decoder, guided by branch coverage. See README.md.
//   node test/fuzz/self.mjs [--seconds N] [--runs N] [--seed N] [--workers N] [--save]

import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { computed } from './self/clock.mjs'
import { CONFIGURATIONS } from './self/configurations.mjs'
import { saveCorpus } from './self/corpus.mjs'
import { instrument } from './self/instrument.mjs'
import { CAPACITY } from './self/loop.mjs'

const OPTIONS = {
  seconds: { type: 'string' },
  runs: { type: 'string' },
  seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  workers: { type: 'string', default: '1' },
  save: { type: 'boolean' },
}
const { seconds, runs, seed, workers, save } = options()
/** A thread hangs if it has the same input while the process uses this much CPU time, in ms. */
const HANG = 20_000 * workers
const LOOK = 1_000

const deadline = Date.now() + 1_000 * (seconds ?? (runs === undefined ? 60 : Number.POSITIVE_INFINITY))
const build = instrument()
process.on('exit', () => rmSync(build.directory, { recursive: true, force: true }))
console.log(`seed ${seed}${workers > 1 ? `, and the ${workers - 1} after it` : ''}`)

const started = Date.now()
const shares = Array.from({ length: workers }, () => new SharedArrayBuffer(16 + CAPACITY))
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const shared of shares) new Int32Array(shared)[3] = 1 // stop, and report progress
  })
}
const threads = await Promise.all(shares.map((shared, index) => fuzz(seed + index, shared)))
summary()
if (save) saveCorpus(threads.flatMap(({ entries }) => entries))

function options() {
  try {
    const entries = Object.entries(parseArgs({ options: OPTIONS }).values)
    return Object.fromEntries(
      entries.map(([name, value]) => [name, name === 'save' ? value : number(name, value)]),
    )
  } catch (error) {
    console.error(error.message)
    return process.exit(2)
  }
}

function number(name, text) {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= (name === 'seed' ? 0 : 1)) return value
  throw new TypeError(`--${name} must be a whole number, not ${text}`)
}

/** Runs one thread to its end. */
function fuzz(seed, shared) {
  const workerData = { seed, runs: runs ?? Number.POSITIVE_INFINITY, deadline, build, shared }
  const worker = new Worker(new URL('./self/worker.mjs', import.meta.url), { workerData })
  const state = { seed, executions: 0, corpus: 0, branches: 0, entries: [] }
  watch(worker, seed, shared)
  return new Promise((resolve, reject) => {
    worker.on('error', reject)
    worker.on('message', ({ type, ...message }) => {
      if (type === 'finding') fail(state, message)
      Object.assign(state, message)
      showProgress(state)
    })
    worker.on('exit', () => resolve(state))
  })
}

/** Fails if the thread hangs, which it cannot report itself. */
function watch(worker, seed, shared) {
  const [counter, configuration, length] = [0, 1, 2].map((index) => () => new Int32Array(shared)[index])
  let last = 0
  let since = computed()
  const timer = setInterval(() => {
    if (counter() !== last || last === 0) since = computed()
    last = counter()
    if (computed() - since < HANG) return
    const bytes = new Uint8Array(shared, 16, length())
    fail(
      { seed },
      { broken: 'every input ends', configuration: Object.keys(CONFIGURATIONS)[configuration()], bytes },
    )
  }, LOOK)
  worker.on('exit', () => clearInterval(timer))
}

function showProgress({ executions, corpus }) {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\x1b[K${executions.toLocaleString('en')} executions, corpus ${corpus} `)
}

function fail({ seed }, { broken, configuration, bytes, cuts = [], minimized, entries }) {
  const shown = ({ bytes, cuts }) => `${Buffer.from(bytes).toString('hex')}, cut at ${JSON.stringify(cuts)}`
  console.log(`\nBROKEN: ${broken}\n  seed ${seed}, configuration ${configuration}`)
  console.log(`  bytes      ${shown({ bytes, cuts })}`)
  if (minimized !== undefined) console.log(`  minimized  ${shown(minimized)}`)
  if (save && entries !== undefined) saveCorpus(entries)
  process.exit(1)
}

function summary() {
  const total = (name) => threads.reduce((sum, thread) => sum + thread[name], 0)
  const most = (name) => Math.max(...threads.map((thread) => thread[name]))
  const elapsed = (Date.now() - started) / 1_000
  const executions = total('executions')
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  console.log(
    `${executions.toLocaleString('en')} executions in ${elapsed.toFixed(1)} s (${Math.round(executions / elapsed).toLocaleString('en')}/s), no finding`,
  )
  console.log(
    `corpus ${most('corpus')}, branches and functions reached ${most('branches')} of ${build.counters}`,
  )
}
