// The table of a workload: one row per contestant, with columns for each operation.

import type { Placing } from '../measure/rounds.ts'
import type { Run } from '../results.ts'
import type { RaceResult } from '../tasks/race.ts'
import { WORKLOADS } from '../traffic/workloads.ts'
import { faultCell, type Table, time, times } from './text.ts'

const COLUMNS = ['decode', 'decode first pass', 'decode after W2', 'encode', 'encodeInto']

export function workloadTable({ jobs, contestants }: Run, workload: string): Table {
  const resultOf = (operation: string): RaceResult | undefined =>
    jobs[`${workload} ${operation}`] as RaceResult | undefined
  const columns = COLUMNS.filter((column) => resultOf(column) !== undefined)
  const notes: string[] = []
  const rows = contestants.map(({ name }) => [
    name,
    ...columns.flatMap((column) => {
      const job = resultOf(column) as RaceResult
      const hasSpeed = column.startsWith('decode')
      const result = job.results[name]
      if (result?.fault === undefined) return cells(result, hasSpeed ? job : undefined)
      notes.push(`${name}, ${column}: ${result.fault}.`)
      return [faultCell(result.fault), '', ...(hasSpeed ? [''] : [])]
    }),
  ])
  const leftOut = columns.map((column) => resultOf(column)?.leftOut ?? 0)
  if (leftOut.some((count) => count > 0))
    notes.push('Packets that the target does not read, according to its declaration, are left out.')
  const head = [
    '',
    ...columns.flatMap((column) => [column, '×', ...(column.startsWith('decode') ? ['MB/s'] : [])]),
  ]
  return {
    title: `${workload}: ${WORKLOADS[workload]?.title}`,
    head,
    rows,
    notes: [...notes, ...frameNotes(resultOf('readFrame'))],
  }
}

function frameNotes(job: RaceResult | undefined): string[] {
  return Object.entries(job?.results ?? {}).flatMap(([name, { ns = 0, ratio = 0 }]) => {
    if (!name.endsWith(' readFrame')) return []
    const reading = job?.results[name.replace(' readFrame', '')]?.ratio as number
    return [`${name}: ${time(ns)}, ${times(ratio)}; ${times(ratio / reading)} read.`]
  })
}

function cells({ ns, ratio }: Placing = {}, job: RaceResult | undefined): string[] {
  if (ns === undefined || ratio === undefined) return ['–', '–', ...(job ? ['–'] : [])]
  const speed = job ? [((job.bytes / job.packets / ns) * 1e3).toFixed(0)] : []
  return [time(ns), ratio.toFixed(2), ...speed]
}
