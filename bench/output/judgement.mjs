// What the gate found, and what has changed since another run.

import { figures } from '../results.mjs'

export function verdictTable(verdict, name, node) {
  const short = verdict.filter(({ holds }) => !holds)
  return {
    title: `Gate: ${name} on Node ${node}, ${short.length === 0 ? 'everything holds' : `${short.length} of ${verdict.length} fall short`}`,
    head: ['', 'measured', 'bound', ''],
    rows: verdict.map(({ id, kind, bound, measured, holds }) => [
      id,
      number(measured),
      `${kind} ${bound}`,
      holds ? '' : 'FALLS SHORT',
    ]),
  }
}

export function changeTable(base, run, name) {
  const before = figures(base, name)
  const now = figures(run, name)
  return {
    title: `Change since ${base.takenAt} (Node ${base.node})`,
    head: ['', 'then', 'now', 'change'],
    rows: Object.keys(now)
      .filter((id) => before[id] !== undefined)
      .map((id) => [id, number(before[id]), number(now[id]), percent(now[id] / before[id] - 1)]),
  }
}

function number(value) {
  return value === undefined ? 'nothing' : value.toFixed(value < 100 ? 2 : 0)
}

function percent(share) {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(0)} %`
}
