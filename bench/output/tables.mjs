// A run's tables: `{ title, head, rows, notes }`, all of it text.

import { HOSTILE } from '../traffic/hostile.mjs'
import { WORKLOADS } from '../traffic/workloads.mjs'

/** One table for each group of jobs, in their order; `group` for that one only. */
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

const COLUMNS = ['decode', 'decode first pass', 'decode after W2', 'encode', 'encodeInto']

function workloadTable({ jobs, contestants }, workload) {
  const columns = COLUMNS.filter((column) => jobs[`${workload} ${column}`] !== undefined)
  const frames = jobs[`${workload} readFrame`]?.results ?? {}
  const notes = []
  const rows = contestants.map(({ name }) => [
    name,
    ...columns.flatMap((column) => {
      const job = jobs[`${workload} ${column}`]
      const result = job.results[name]
      if (result?.fault === undefined) return cells(result, column.startsWith('decode') && job)
      notes.push(`${name}, ${column}: ${result.fault}.`)
      return [
        fault(result.fault),
        ...Array(cells({}, column.startsWith('decode') && job).length - 1).fill(''),
      ]
    }),
  ])
  const framed = Object.entries(frames).filter(([name]) => name.endsWith(' readFrame'))
  for (const [name, result] of framed) {
    const { ratio } = frames[name.replace(' readFrame', '')]
    notes.push(`${name}: ${time(result.ns)}, ${times(result.ratio)}; ${times(result.ratio / ratio)} read.`)
  }
  const head = [
    '',
    ...columns.flatMap((column) => [column, '×', ...(column.startsWith('decode') ? ['MB/s'] : [])]),
  ]
  return { title: `${workload}: ${WORKLOADS[workload].title}`, head, rows, notes }
}

function cells({ ns, ratio } = {}, job) {
  if (ns === undefined) return ['–', '–', ...(job ? ['–'] : [])]
  const speed = job ? [((job.bytes / job.packets / ns) * 1e3).toFixed(0)] : []
  return [time(ns), ratio.toFixed(2), ...speed]
}

function memoryTable({ jobs, contestants }) {
  const bytes = (value) => (value === undefined ? '–' : `${grouped(value)} B`)
  const peak = (result) => (result?.fault ? fault(result.fault) : result ? result.peak.toFixed(2) : '–')
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
    return result.fault === undefined ? show(result) : fault(result.fault)
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
    const { ns, ratio, toUncached, eachNs, connectionNs } = result
    const remarks = [
      reason,
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

function fault(reason) {
  return reason.startsWith('too slow') || reason.startsWith('not done') ? 'too slow' : 'wrong'
}

/** A time per packet or per byte, from nanoseconds. */
export function time(ns) {
  if (ns < 10) return `${ns.toFixed(1)} ns`
  if (ns < 10_000) return `${grouped(ns)} ns`
  return ns < 10_000_000 ? `${grouped(ns / 1e3)} µs` : `${grouped(ns / 1e6)} ms`
}

function times(ratio) {
  return `${ratio.toFixed(2)} ×`
}

function millions(perSecond) {
  return `${(perSecond / 1e6).toFixed(1)} M/s`
}

function grouped(value) {
  return Math.round(value).toLocaleString('en-US')
}
