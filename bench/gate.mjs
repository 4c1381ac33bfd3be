// The gate: bounds on figures, and what falls short of them.

import { figures, restore, save } from './results.mjs'

const BOUNDS = new URL('gate.json', import.meta.url)

/** How much of a figure has to be left. A quarter is more than noise takes, and far less than a change that matters. */
const LEFT = 0.75

/** The line of Node that `atLeast` is of; `onNode` has what is otherwise on later ones. */
const FIRST_LINE = 20

/** The bounds on this line of Node: each V8 makes rivals and us faster by other factors. */
export async function bounds() {
  const { atLeast, onNode, atMost } = await restore(BOUNDS)
  return { atLeast: { ...atLeast, ...onNode[newestOf(Object.keys(onNode), process.versions.node)] }, atMost }
}

/** The newest of the lines that is not newer than `node`. */
function newestOf(lines, node) {
  return lines
    .map(Number)
    .filter((line) => line <= majorOf(node))
    .sort((one, other) => other - one)[0]
}

function majorOf(node) {
  return Number.parseInt(node, 10)
}

/** The bounds that a saved run sets: its own figures, less a quarter; what may at most be, as before. */
export async function boundsFrom(run, name) {
  const { atLeast, atMost } = await bounds()
  const measured = figures(run, name)
  const wanted = Object.keys(atLeast).filter((id) => measured[id] !== undefined)
  return { atLeast: Object.fromEntries(wanted.map((id) => [id, floor(measured[id] * LEFT)])), atMost }
}

/** Writes the bounds that a run sets on its line of Node, and keeps those that it says nothing about. */
export async function update(run, name) {
  const all = await restore(BOUNDS)
  const { atLeast } = await boundsFrom(run, name)
  const line = majorOf(run.node)
  if (line === FIRST_LINE) Object.assign(all.atLeast, atLeast)
  else all.onNode[line] = { ...all.onNode[line], ...atLeast }
  await save(BOUNDS, all)
}

/** Each bound with what was measured: `{ id, kind, bound, measured, holds }`. */
export function judge(run, name, { atLeast, atMost }) {
  const measured = figures(run, name)
  const row =
    (kind, met) =>
    ([id, bound]) => {
      const value = measured[id]
      return { id, kind, bound, measured: value, holds: value !== undefined && met(value, bound) }
    }
  return [
    ...Object.entries(atLeast).map(row('at least', (value, bound) => value >= bound)),
    ...Object.entries(atMost).map(row('at most', (value, bound) => value <= bound)),
  ]
}

function floor(value) {
  return Number((Math.floor(value * 100) / 100).toPrecision(3))
}
