// The tables of a run: see Table in src/cli/bench/output/text.ts.

import { faultCell, grouped, time, times } from '../../dist/cli/bench/output/text.js'
import { workloadTable } from '../../dist/cli/bench/output/workload-table.js'
import { WORKLOADS } from '../../dist/cli/bench/traffic/workloads.js'
import { HOSTILE } from '../traffic/hostile.mjs'

/** Returns one table per group of jobs. */
export function tables(run) {
  const ids = Object.keys(run.jobs)
  const workloads = Object.keys(WORKLOADS).filter((name) => ids.some((id) => id.startsWith(`${name} `)))
  return [
    ...workloads.map((name) => workloadTable(run, name)),
    ids.some((id) => id.startsWith('fan-out')) && fanOutTable(run),
    ids.some((id) => id.startsWith('memory')) && memoryTable(run),
    ids.some((id) => SCALING.includes(id)) && scalingTable(run),
    ids.some((id) => id.startsWith('hostile')) && hostileTable(run),
  ].filter(Boolean)
}

function memoryTable({ jobs, contestants }) {
  const bytes = (value) => (value === undefined ? '–' : `${grouped(value)} B`)
  const peak = (result) => (result?.fault ? faultCell(result.fault) : result ? result.peak.toFixed(2) : '–')
  return {
    title: 'Memory',
    head: [
      '',
      'idle, new',
      'idle, used',
      'header claims 256 MB',
      'one byte sent',
      'peak, 64 KiB chunks',
      'peak, 1 KiB chunks',
    ],
    rows: contestants
      .filter(({ name }) => Object.entries(jobs).some(([id, job]) => id.startsWith('memory') && job[name]))
      .map(({ name }) => [
        name,
        bytes(jobs['memory idle']?.[name]?.fresh),
        bytes(jobs['memory idle']?.[name]?.used),
        bytes(jobs['memory claim']?.[name]?.each),
        bytes(jobs['memory one byte']?.[name]?.each),
        peak(jobs['memory peak 64 KiB']?.[name]),
        peak(jobs['memory peak 1 KiB']?.[name]),
      ]),
    notes: faults(jobs, 'memory'),
  }
}

function fanOutTable({ jobs }) {
  const ids = Object.keys(jobs).filter((id) => id.startsWith('fan-out'))
  const names = Object.keys(jobs[ids[0]].results)
  const notes = []
  const rows = names.map((name) => [
    name,
    ...ids.flatMap((id) => {
      const { ns, ratio, held, fault } = jobs[id].results[name]
      if (fault === undefined) return [time(ns), ratio.toFixed(2), `${grouped(held)} B`]
      notes.push(`${name}, ${id}: ${fault}.`)
      return ['wrong', '', '']
    }),
  ])
  const head = ids.flatMap((id) => [id.replace('fan-out ', ''), '×', 'held'])
  return {
    title: 'Fan-out: one PUBLISH to 1,000 subscribers, per subscriber',
    head: ['', ...head],
    rows,
    notes,
  }
}

const SCALING = ['connections', 'threads', 'linearity']

function scalingTable({ jobs, contestants }) {
  const cell = (id, show) => (name) => {
    const result = jobs[id]?.[name]
    if (result === undefined) return '–'
    return result.fault === undefined ? show(result) : faultCell(result.fault)
  }
  const cells = [
    cell('connections', ([one]) => time(one.ns)),
    cell('connections', ([, thousand]) => `${time(thousand.ns)} (${times(thousand.ratio)})`),
    cell('connections', ([, , many]) => `${time(many.ns)} (${times(many.ratio)})`),
    cell('threads', ({ one, two, ratio }) => `${millions(one)} → ${millions(two)} (${times(ratio)})`),
    cell('linearity', ({ ratio }) => times(ratio)),
  ]
  return {
    title: 'Scaling',
    head: ['', '1 connection', '1,000', '100,000', '1 → 2 threads', '64 MiB : 16 MiB'],
    rows: contestants
      .filter(({ name }) => SCALING.some((id) => jobs[id]?.[name]))
      .map(({ name }) => [name, ...cells.map((cell) => cell(name))]),
    notes: SCALING.flatMap((id) => faults(jobs, id)),
  }
}

function hostileTable({ jobs }) {
  const rows = Object.entries(HOSTILE).flatMap(([name, { reason = '' }]) => {
    const [result] = Object.values(jobs[`hostile ${name}`] ?? {})
    if (result === undefined) return []
    const { ns, ratio, toUncached, eachNs, connectionNs, heldEach } = result
    const remarks = [
      reason,
      heldEach && `each holds ${grouped(heldEach)} B while it waits`,
      toUncached && `${times(toUncached)} without the topic cache`,
      eachNs && `${time(eachNs)} each, where opening the connection takes ${time(connectionNs)}`,
    ]
    return [[name, time(ns), ratio.toFixed(ratio < 10 ? 1 : 0), remarks.filter(Boolean).join('; ')]]
  })
  return { title: 'Hostile traffic', head: ['', 'per byte', '× W2', ''], rows, notes: [] }
}

function faults(jobs, prefix) {
  return Object.entries(jobs)
    .filter(([id]) => id.startsWith(prefix))
    .flatMap(([id, job]) =>
      Object.entries(job)
        .filter(([, result]) => result.fault !== undefined)
        .map(([name, result]) => `${name}, ${id}: ${result.fault}.`),
    )
}

function millions(perSecond) {
  return `${(perSecond / 1e6).toFixed(1)} M/s`
}
