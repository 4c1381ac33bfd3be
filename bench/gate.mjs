// The gate: bounds on figures, and what falls short of them.

import { readFile, writeFile } from 'node:fs/promises'
import { figures } from './results.mjs'

export const BOUNDS = new URL('gate.json', import.meta.url)

/** How much of a figure has to be left. A quarter is more than noise takes, and far less than a change that matters. */
const LEFT = 0.75

export async function bounds(path = BOUNDS) {
  return JSON.parse(await readFile(path, 'utf8'))
}

/** The bounds that a saved run sets: its own figures, less a quarter; what may at most be, as before. */
export async function boundsFrom(run, name) {
  const { atLeast, atMost } = await bounds()
  const measured = figures(run, name)
  const wanted = Object.keys(atLeast).filter((id) => measured[id] !== undefined)
  return { atLeast: Object.fromEntries(wanted.map((id) => [id, floor(measured[id] * LEFT)])), atMost }
}

/** Writes the bounds that a run sets, and keeps those that it says nothing about. */
export async function update(run, name) {
  const old = await bounds()
  const { atLeast } = await boundsFrom(run, name)
  await writeFile(
    BOUNDS,
    `${JSON.stringify({ ...old, atLeast: { ...old.atLeast, ...atLeast } }, undefined, 2)}\n`,
  )
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
