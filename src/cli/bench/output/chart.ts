// An SVG chart of throughput, as multiples of one contestant's.

import type { Placing } from '../measure/rounds.ts'
import type { Run } from '../results.ts'
import { isSlow } from './text.ts'

const WORKLOADS: Readonly<Record<string, string>> = {
  W1: 'telemetry',
  W2: 'broker mix',
  W3: 'PUBACK only',
  W6: 'non-ASCII topics',
  W7: 'unique topics',
}
const OPERATIONS = ['decode', 'encode']

const WIDTH = 860
const MARGIN = 24
const LABEL_WIDTH = 130
const FIGURE_WIDTH = 64
const BAR_HEIGHT = 11
const GROUP_GAP = 14
const TOP_MARGIN = 96

const DARK = '#1f2328'
const GREY = '#656d76'
const COLORS = ['#0b63ce', '#8c959f', '#b6bdc5', '#c9ced4', '#dbdfe3']

/** Draws those workloads of the chart that were measured. Ratios are relative to the contestant `pinned`. */
export function chart(run: Run, pinned: string): string {
  return new Chart(run, pinned).svg()
}

/** Whether the run measured anything that the chart shows. */
export function hasChart({ jobs }: Run): boolean {
  return OPERATIONS.some((operation) => Object.keys(WORKLOADS).some((id) => jobs[`${id} ${operation}`]))
}

class Chart {
  private readonly run: Run
  private readonly pinned: string
  private readonly names: readonly string[]
  private readonly workloads: readonly string[]
  private readonly operations: readonly string[]

  constructor(run: Run, pinned: string) {
    this.run = run
    this.pinned = pinned
    this.names = run.contestants.map(({ name }) => name)
    const isMeasured = (workload: string, operation: string): boolean =>
      run.jobs[`${workload} ${operation}`] !== undefined
    this.workloads = Object.keys(WORKLOADS).filter((id) => OPERATIONS.some((name) => isMeasured(id, name)))
    this.operations = OPERATIONS.filter((name) => this.workloads.some((id) => isMeasured(id, name)))
  }

  svg(): string {
    const { run, names, workloads, operations } = this
    const title = `Packets per second, as multiples of ${escaped(this.pinned)}`
    const group = names.length * BAR_HEIGHT + GROUP_GAP
    const height = TOP_MARGIN + workloads.length * group + MARGIN
    const shapes = [
      rectangle(0, 0, WIDTH, height, '#ffffff', 8),
      text(MARGIN, 32, `Packets per second, as multiples of ${this.pinned}`, { size: 16, weight: 600 }),
      ...this.legend(),
      ...operations.flatMap((operation, panel) => [
        text(this.left(panel), TOP_MARGIN - 14, operation, { weight: 600 }),
        ...workloads.flatMap((workload, index) =>
          this.bars(operation, workload, this.left(panel), TOP_MARGIN + index * group),
        ),
      ]),
      ...workloads.map((workload, index) =>
        text(MARGIN, TOP_MARGIN + index * group + BAR_HEIGHT, `${workload} ${WORKLOADS[workload]}`, {}),
      ),
      text(WIDTH - MARGIN, height - 10, `Node ${run.node}, ${run.machine}`, {
        size: 10,
        fill: GREY,
        anchor: 'end',
      }),
    ]
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="${title}">
${shapes.join('\n')}
</svg>
`
  }

  private bars(operation: string, workload: string, x: number, y: number): string[] {
    const scale = (this.panel() - FIGURE_WIDTH) / this.highest(operation)
    return this.names.flatMap((name, index) => {
      const result = this.placings(operation, workload)[name]
      if (result === undefined) return []
      const { ratio, fault = '' } = result
      const top = y + index * BAR_HEIGHT
      const length = (ratio ?? 0) * scale
      const figure =
        fault === '' && ratio !== undefined
          ? ratio.toFixed(this.highest(operation) < 2 ? 2 : 1)
          : isSlow(fault)
            ? 'too slow'
            : 'wrong'
      return [
        rectangle(x, top + 1, length, BAR_HEIGHT - 2, COLORS[index % COLORS.length] as string, 1),
        text(x + length + 4, top + BAR_HEIGHT - 2, figure, { size: 10, fill: index === 0 ? DARK : GREY }),
      ]
    })
  }

  private placings(operation: string, workload: string): Readonly<Record<string, Placing>> {
    return this.run.jobs[`${workload} ${operation}`]?.results ?? {}
  }

  private highest(operation: string): number {
    const ratios = this.workloads.flatMap((workload) =>
      Object.values(this.placings(operation, workload)).map(({ ratio = 0 }) => ratio),
    )
    return Math.max(...ratios, Number.MIN_VALUE)
  }

  private legend(): string[] {
    const step = (WIDTH - 2 * MARGIN) / this.names.length
    return this.names.flatMap((name, index) => [
      rectangle(MARGIN + index * step, 48, 10, 10, COLORS[index % COLORS.length] as string, 2),
      text(MARGIN + index * step + 15, 57, name, { size: 11 }),
    ])
  }

  private panel(): number {
    return (WIDTH - 2 * MARGIN - LABEL_WIDTH) / this.operations.length
  }

  private left(panel: number): number {
    return MARGIN + LABEL_WIDTH + panel * this.panel()
  }
}

function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  radius: number,
): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}" fill="${fill}"/>`
}

interface Style {
  readonly size?: number
  readonly fill?: string
  readonly weight?: number
  readonly anchor?: 'start' | 'end'
}

function text(
  x: number,
  y: number,
  content: string,
  { size = 12, fill = DARK, weight = 400, anchor = 'start' }: Style,
): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escaped(content)}</text>`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Number(value.toFixed(1))
}
