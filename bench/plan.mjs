// The jobs of a run, in the order of the tables. Each job is one child process.

import { FULL, linearityJob, QUICK, raceJobs } from '../dist/cli/bench/plan.js'
import { OURS, PINNED, RIVALS } from './contestants.mjs'
import { HOSTILE } from './traffic/hostile.mjs'

const FAN_OUTS = [32, 300].flatMap((payloadLength) => [0, 1, 2].map((qos) => ({ payloadLength, qos })))

const task = (name) => new URL(`tasks/${name}.mjs`, import.meta.url)

/** `subject` is the contestant for the gate and the hostile traffic; `nameOf` maps paths to names. */
export function plan({ quick, gate, subject, others, nameOf }) {
  const pace = quick ? QUICK : FULL
  const racing = gate ? [PINNED, subject] : [...RIVALS, OURS, ...others]
  const each = gate ? [subject] : [OURS, ...others, ...RIVALS]
  return [
    ...raceJobs({ contestants: racing.map((path) => ({ path })), pace }),
    ...FAN_OUTS.map(({ payloadLength, qos }) => ({
      id: `fan-out ${payloadLength} B QoS ${qos}`,
      group: 'Fan-out',
      task: task('fan-out'),
      options: { payloadLength, qos, contestants: racing, ...pace },
    })),
    ...each.flatMap((contestant) => alone(contestant, { quick, gate, nameOf })),
    ...Object.keys(HOSTILE).map((traffic) => ({
      id: `hostile ${traffic}`,
      group: 'Hostile',
      task: task('hostile'),
      options: { traffic, contestant: subject, ...pace },
      of: nameOf[subject],
    })),
  ]
}

/** The jobs that measure one contestant at a time. */
function alone(contestant, { quick, gate, nameOf }) {
  const million = contestant === OURS || gate
  const of = nameOf[contestant]
  const job = (id, group, name, options) => ({
    id,
    group,
    task: task(name),
    options: { contestant, ...options },
    of,
  })
  return [
    job('memory idle', 'Memory', 'idle', { count: million ? 1_000_000 : 100_000 }),
    job('memory claim', 'Memory', 'claim', { sent: 'claim', count: 10_000 }),
    job('memory one byte', 'Memory', 'claim', { sent: 'one byte', count: 5_000 }),
    job('memory peak 64 KiB', 'Memory', 'peak', { chunk: 64 * 1024 }),
    job('memory peak 1 KiB', 'Memory', 'peak', { chunk: 1024 }),
    { ...linearityJob({ path: contestant }, of, { quick }), group: 'Scaling' },
    job('connections', 'Scaling', 'connections', {
      counts: [1, 1_000, 100_000],
      rounds: quick ? 2 : 5,
      budgetMs: 30_000,
    }),
    job('threads', 'Scaling', 'threads', { rounds: quick ? 4 : 10, sampleMs: quick ? 200 : 500 }),
  ]
}
