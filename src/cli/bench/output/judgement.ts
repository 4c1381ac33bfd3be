// Tables of the gate's verdicts and of changes since another run.

import type { Figures, Verdict } from '../gate.ts'
import type { Table } from './text.ts'

export function verdictTable(verdicts: readonly Verdict[], name: string, node: string): Table {
  const failing = verdicts.filter(({ holds }) => !holds)
  return {
    title: `Gate: ${name} on Node ${node}, ${failing.length === 0 ? 'all bounds hold' : `${failing.length} of ${verdicts.length} bounds fail`}`,
    head: ['', 'measured', 'bound', ''],
    rows: verdicts.map(({ id, kind, bound, measured, holds }) => [
      id,
      number(measured),
      `${kind} ${bound}`,
      holds ? '' : 'FAILS',
    ]),
  }
}

export function changeTable(
  base: { readonly takenAt: string; readonly node: string },
  before: Figures,
  now: Figures,
): Table {
  return {
    title: `Change since ${base.takenAt} (Node ${base.node})`,
    head: ['', 'then', 'now', 'change'],
    rows: Object.entries(now).flatMap(([id, value]) => {
      const then = before[id]
      return then === undefined ? [] : [[id, number(then), number(value), percent(value / then - 1)]]
    }),
  }
}

function number(value: number | undefined): string {
  return value === undefined ? 'not measured' : value.toFixed(value < 100 ? 2 : 0)
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(0)} %`
}
