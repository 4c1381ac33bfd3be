// What there is to measure: one job for each child process, in the order of the tables.

import { OURS, PINNED, RIVALS } from './contestants.mjs'
import { UsageError } from './options.mjs'
import { HOSTILE } from './traffic/hostile.mjs'
import { WORKLOADS } from './traffic/workloads.mjs'

const QUICK = { rounds: 15, sampleMs: 12, warmUpMs: 150, scale: 0.5 }
const FULL = { rounds: 31, sampleMs: 20, warmUpMs: 300, scale: 1 }

const FAN_OUTS = [32, 300].flatMap((payloadLength) => [0, 1, 2].map((qos) => ({ payloadLength, qos })))

/** The jobs: `{ id, group, task, options }`. `subject` is the contestant that is judged, where only one is looked at. */
export function plan({ quick, gate, subject, others }) {
  const pace = quick ? QUICK : FULL
  const field = gate ? [PINNED, subject] : [...RIVALS, OURS, ...others]
  const each = gate ? [subject] : [OURS, ...others, ...RIVALS]
  return [
    ...Object.keys(WORKLOADS).flatMap((workload) =>
      operations(workload).map((job) => ({
        id: `${workload} ${job.label ?? job.operation}`,
        group: workload,
        task: 'race',
        options: { workload, contestants: field, ...pace, ...job },
      })),
    ),
    ...FAN_OUTS.map(({ payloadLength, qos }) => ({
      id: `fan-out ${payloadLength} B QoS ${qos}`,
      group: 'fan-out',
      task: 'fan-out',
      options: { payloadLength, qos, contestants: field, ...pace },
    })),
    ...each.flatMap((contestant) => alone(contestant, { quick, gate })),
    ...Object.keys(HOSTILE).map((traffic) => ({
      id: `hostile ${traffic}`,
      group: 'hostile',
      task: 'hostile',
      options: { traffic, contestant: subject, ...pace },
    })),
  ]
}

/** Which of the jobs `--only` names: by id or by what it begins with, as `W1` or `memory`. */
export function only(jobs, names) {
  const wanted = names.map((name) => name.trim().toLowerCase())
  const unknown = wanted.filter((name) => !jobs.some((job) => begins(job, name)))
  if (unknown.length > 0) throw new UsageError(`nothing to measure is called ${unknown.join(' or ')}`)
  return jobs.filter((job) => wanted.some((name) => begins(job, name)))
}

function begins({ id }, name) {
  return `${id.toLowerCase()} `.startsWith(`${name} `)
}

function operations(workload) {
  const decode = { operation: 'decode' }
  if (workload.startsWith('W5')) return [decode]
  const { firstPass } = WORKLOADS[workload]
  const all = [decode, { operation: 'encode' }, { operation: 'encodeInto' }]
  // The streams come again and again, and what caches them has learnt them. This shows how fast it learns.
  if (firstPass !== undefined)
    all.splice(1, 0, { operation: 'firstPass', label: 'decode first pass', scale: firstPass })
  if (workload === 'W2') return [...all, { operation: 'readFrame' }]
  // V8 compiles for what it has seen. These two show what is left once it has seen all packets, not just one kind.
  if (workload === 'W1' || workload === 'W3')
    return [...all, { operation: 'decode', label: 'decode after W2', first: 'W2' }]
  return all
}

/** What is measured one contestant at a time. */
function alone(contestant, { quick, gate }) {
  const million = contestant === OURS || gate
  const tasks = {
    'memory idle': { task: 'idle', count: million ? 1_000_000 : 100_000 },
    'memory claim': { task: 'claim', sent: 'claim', count: 10_000 },
    'memory one byte': { task: 'claim', sent: 'one byte', count: 5_000 },
    'memory peak 64 KiB': { task: 'peak', chunk: 64 * 1024 },
    'memory peak 1 KiB': { task: 'peak', chunk: 1024 },
    linearity: { task: 'linearity', rounds: quick ? 7 : 15, budgetMs: 15_000 },
    connections: {
      task: 'connections',
      counts: [1, 1_000, 100_000],
      rounds: quick ? 2 : 5,
      budgetMs: 30_000,
    },
    threads: { task: 'threads', rounds: quick ? 4 : 10, sampleMs: quick ? 200 : 500 },
  }
  return Object.entries(tasks).map(([id, { task, ...options }]) => ({
    id,
    group: id.split(' ')[0],
    task,
    options: { contestant, ...options },
  }))
}
