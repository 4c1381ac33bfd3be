// Our own gate: where its bounds are, and which of them a run sets.

import { boundsOn, leastOf, lineOf } from '../dist/cli/bench/gate.js'
import { restore, save } from '../dist/cli/bench/results.js'
import { figures } from './results.mjs'

const BOUNDS = new URL('gate.json', import.meta.url)

/** The line of Node that `atLeast` is of; `onNode` has what is otherwise on later ones. */
const FIRST_LINE = 20

/** The bounds on this line of Node. */
export function bounds() {
  return boundsOn(process.versions.node, restore(BOUNDS))
}

/** The bounds that a saved run sets: its own figures, less a quarter; what may at most be, as before. */
export function boundsFrom(run, name) {
  const { atLeast, atMost } = bounds()
  const measured = Object.entries(figures(run, name)).filter(([id]) => id in atLeast)
  return { atLeast: leastOf(Object.fromEntries(measured)), atMost }
}

/** Writes the bounds that a run sets on its line of Node, and keeps those that it says nothing about. */
export function update(run, name) {
  const all = restore(BOUNDS)
  const { atLeast } = boundsFrom(run, name)
  const line = lineOf(run.node)
  if (line === FIRST_LINE) Object.assign(all.atLeast, atLeast)
  else all.onNode[line] = { ...all.onNode[line], ...atLeast }
  save(BOUNDS, all)
}
