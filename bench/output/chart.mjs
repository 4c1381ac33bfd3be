// The chart that README.md shows: throughput as multiples of the pinned rival's, as SVG.

const WORKLOADS = {
  W1: 'telemetry',
  W2: 'broker mix',
  W3: 'PUBACK only',
  W6: 'non-ASCII topics',
  W7: 'unique topics',
}
const OPERATIONS = ['decode', 'encode']

const WIDTH = 860
const MARGIN = 24
const NAMES = 130
const PANEL = (WIDTH - 2 * MARGIN - NAMES) / OPERATIONS.length
const FIGURE = 64
const BAR = 11
const GAP = 14
const TOP = 96

const INK = '#1f2328'
const FAINT = '#656d76'
const COLOURS = ['#0b63ce', '#8c959f', '#b6bdc5', '#c9ced4', '#dbdfe3']

/** The chart of a run, all of whose workloads were measured. */
export function chart(run) {
  const names = run.contestants.map(({ name }) => name)
  const group = names.length * BAR + GAP
  const height = TOP + Object.keys(WORKLOADS).length * group + MARGIN
  const shapes = [
    rectangle(0, 0, WIDTH, height, '#ffffff', 8),
    text(MARGIN, 32, 'Packets per second, as multiples of mqtt-packet', { size: 16, weight: 600 }),
    ...legend(names),
    ...OPERATIONS.flatMap((operation, panel) => [
      text(left(panel), TOP - 14, operation, { weight: 600 }),
      ...Object.keys(WORKLOADS).flatMap((workload, index) =>
        bars(run, operation, workload, { x: left(panel), y: TOP + index * group, names }),
      ),
    ]),
    ...Object.entries(WORKLOADS).map(([workload, title], index) =>
      text(MARGIN, TOP + index * group + BAR, `${workload} ${title}`, {}),
    ),
    text(WIDTH - MARGIN, height - 10, `Node ${run.node}, ${run.machine}`, {
      size: 10,
      fill: FAINT,
      anchor: 'end',
    }),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="Packets per second, as multiples of mqtt-packet">
${shapes.join('\n')}
</svg>
`
}

function bars(run, operation, workload, { x, y, names }) {
  const scale = (PANEL - FIGURE) / highest(run, operation)
  const { results } = run.jobs[`${workload} ${operation}`]
  return names.flatMap((name, index) => {
    const { ratio, fault } = results[name]
    const top = y + index * BAR
    const length = (ratio ?? 0) * scale
    const figure =
      ratio === undefined ? (fault.startsWith('too slow') ? 'too slow' : 'wrong') : ratio.toFixed(1)
    return [
      rectangle(x, top + 1, length, BAR - 2, COLOURS[index % COLOURS.length], 1),
      text(x + length + 4, top + BAR - 2, figure, { size: 10, fill: index === 0 ? INK : FAINT }),
    ]
  })
}

function highest(run, operation) {
  const ratios = Object.keys(WORKLOADS).flatMap((workload) =>
    Object.values(run.jobs[`${workload} ${operation}`].results).map(({ ratio = 0 }) => ratio),
  )
  return Math.max(...ratios)
}

function legend(names) {
  const step = (WIDTH - 2 * MARGIN) / names.length
  return names.flatMap((name, index) => [
    rectangle(MARGIN + index * step, 48, 10, 10, COLOURS[index % COLOURS.length], 2),
    text(MARGIN + index * step + 15, 57, name, { size: 11 }),
  ])
}

function left(panel) {
  return MARGIN + NAMES + panel * PANEL
}

function rectangle(x, y, width, height, fill, radius) {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}" fill="${fill}"/>`
}

function text(x, y, content, { size = 12, fill = INK, weight = 400, anchor = 'start' }) {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escaped(content)}</text>`
}

function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function round(value) {
  return Number(value.toFixed(1))
}
