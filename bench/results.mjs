// The figures of our own jobs, besides those that everybody has.

import { figure as commonFigure } from '../dist/cli/bench/results.js'

/** The figures of one contestant by name; more is better for those at which `gate.json` says `atLeast`. */
export function figures(run, name) {
  const entries = Object.entries(run.jobs).flatMap(([id, result]) =>
    id.startsWith('fan-out') ? fanOutFigures(id, result, name) : [[id, figure(id, result, name)]],
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** A prepared packet against the pinned rival, and against encoding each. */
function fanOutFigures(id, { results }, name) {
  const prepared = results[`${name} preparePublish`]
  return [
    [id, prepared?.ratio],
    [`${id}: to encode`, prepared?.toEncode],
  ]
}

function figure(id, result, name) {
  if (id.endsWith('readFrame')) {
    const frames = result.results[`${name} readFrame`]
    return frames && result.results[name].ns / frames.ns
  }
  const own = result[name]
  if (own !== undefined && own.fault === undefined) {
    if (id === 'memory idle') return Math.max(own.fresh, own.used)
    if (id === 'memory claim' || id === 'memory one byte') return own.each
    if (id.startsWith('memory peak')) return own.peak
    if (id === 'connections') return Math.max(...own.map(({ ratio }) => ratio))
  }
  return commonFigure(result, name)
}
