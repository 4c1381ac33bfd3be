// The gate of this repository: bench/gate.json.

import { boundsOn, lowerBounds, nodeMajor } from '../dist/cli/bench/gate.js'
import { readJson, writeJson } from '../dist/cli/bench/results.js'
import { figures } from './results.mjs'

const BOUNDS = new URL('gate.json', import.meta.url)

/** The major version of Node to which `atLeast` applies. `onNode` overrides it for later ones. */
const FIRST_MAJOR = 20

/** Returns the bounds for this version of Node. */
export function bounds() {
  return boundsOn(process.versions.node, readJson(BOUNDS))
}

/** Returns lower bounds of three quarters of a saved run's figures. Upper bounds are those of the gate. */
export function boundsFrom(run, name) {
  const { atLeast, atMost } = bounds()
  const measured = Object.entries(figures(run, name)).filter(([id]) => id in atLeast)
  return { atLeast: lowerBounds(Object.fromEntries(measured)), atMost }
}

/** Updates the gate for a run's version of Node. Bounds on figures that the run did not measure are kept. */
export function update(run, name) {
  const all = readJson(BOUNDS)
  const { atLeast } = boundsFrom(run, name)
  const major = nodeMajor(run.node)
  if (major === FIRST_MAJOR) Object.assign(all.atLeast, atLeast)
  else all.onNode[major] = { ...all.onNode[major], ...atLeast }
  writeJson(BOUNDS, all)
}
