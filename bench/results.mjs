// The figures of this folder's jobs, besides those of `mqtt-wire bench`.

import { figure as commonFigure } from '../dist/cli/bench/results.js'

/** Returns a contestant's figures by name. More is better if gate.json bounds them in `atLeast`. */
export function figures(run, name) {
  const entries = Object.entries(run.jobs).flatMap(([id, result]) =>
    id.startsWith('fan-out') ? fanOutFigures(id, result, name) : [[id, figure(id, result, name)]],
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** The speed of a prepared packet relative to the pinned rival and to encoding each packet. */
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
