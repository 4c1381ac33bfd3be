// The results of a run: kept by job and contestant, boiled down to the figures that bounds are set on, written and read.

import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'

/** What is known of the run itself. */
export function circumstances(contestants, { quick }) {
  const [{ model }] = os.cpus()
  return {
    takenAt: new Date().toISOString(),
    node: process.versions.node,
    v8: process.versions.v8,
    machine: `${model.trim()}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}`,
    quick,
    contestants: contestants.map(({ name, version }) => ({ name, version })),
    jobs: {},
  }
}

/** Puts a job's result in: a race's as it is, anything else under the name of the contestant that it is of. */
export function keep(run, { id }, contestant, result) {
  if (result.results !== undefined) run.jobs[id] = result
  else run.jobs[id] = { ...run.jobs[id], [contestant]: result }
}

/** The figures of one contestant by name; more is better for those at which `gate.json` says `atLeast`. */
export function figures(run, name) {
  const entries = Object.entries(run.jobs).flatMap(([id, result]) =>
    id.startsWith('fan-out') ? fanOutFigures(id, result, name) : [[id, figure(id, result, name)]],
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** A prepared packet against the pinned rival, and against encoding each. */
function fanOutFigures(id, { results }, name) {
  const prepared = results[`${name} preparePublish`]
  return [
    [id, prepared?.ratio],
    [`${id}: to encode`, prepared?.toEncode],
  ]
}

/** Whether a figure is one of this job's. */
export function isFigureOf(figureId, jobId) {
  return figureId === jobId || figureId.startsWith(`${jobId}: `)
}

function figure(id, result, name) {
  if (id.endsWith('readFrame')) {
    const frames = result.results[`${name} readFrame`]
    return frames && result.results[name].ns / frames.ns
  }
  if (result.results !== undefined) return result.results[name]?.ratio
  const own = result[name]
  if (own === undefined || own.fault !== undefined) return undefined
  if (id === 'memory idle') return Math.max(own.fresh, own.used)
  if (id === 'memory claim' || id === 'memory one byte') return own.each
  if (id.startsWith('memory peak')) return own.peak
  if (id === 'connections') return Math.max(...own.map(({ ratio }) => ratio))
  return own.ratio
}

export async function save(path, run) {
  await writeFile(path, `${JSON.stringify(run, rounded, 2)}\n`)
}

export async function restore(path) {
  return JSON.parse(await readFile(path, 'utf8'))
}

/** Four digits are more than there is to know. */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
}
