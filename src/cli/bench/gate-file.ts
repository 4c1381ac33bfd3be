// The file of the gate: read, checked and written.

import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { UsageError } from '../usage.ts'
import { type Figures, type Gate, leastOf, lineOf, mostOf } from './gate.ts'
import { operationsOf } from './plan.ts'
import { restore, save } from './results.ts'
import { WORKLOADS } from './traffic/workloads.ts'

const LINEARITY = 'linearity'
/** The least bound on linearity that is set, where 4 is linear. */
const LINEAR = 5

/** The figures that may have bounds. */
const RATIOS: ReadonlySet<string> = new Set(
  Object.keys(WORKLOADS).flatMap((workload) =>
    operationsOf(workload).map(({ operation, label }) => `${workload} ${label ?? operation}`),
  ),
)

/**
 * Reads the bounds.
 *
 * @param isUpdated whether the file may be written, and so need not be there yet
 * @throws UsageError if it has none, or others than there are
 */
export function readGate(file: string, isUpdated: boolean): Gate {
  const fail = (message: string): never => {
    throw new UsageError(`--gate ${file}: ${message}`)
  }
  if (isUpdated && !existsSync(file)) {
    checkWritable(file)
    return { atLeast: {}, atMost: {} }
  }
  let gate: Gate | undefined
  try {
    gate = restore<Gate>(file)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    fail(isMissing ? 'there is no such file; add --update to write it' : (error as Error).message)
  }
  if (typeof gate !== 'object' || gate === null || Array.isArray(gate)) fail(SHAPE)
  const { atLeast = {}, onNode = {}, atMost = {}, ...others } = gate as Gate
  const [other] = Object.keys(others)
  if (other !== undefined) fail(`${other} is not one of atLeast, onNode, atMost`)
  const groups: [where: string, figures: Figures][] = [
    ['atLeast', atLeast],
    ['atMost', atMost],
    ...Object.entries(onNode).map(([line, figures]): [string, Figures] => [`onNode ${line}`, figures]),
  ]
  for (const [where, figures] of groups) {
    if (typeof figures !== 'object' || figures === null) fail(SHAPE)
    for (const [id, bound] of Object.entries(figures)) {
      if (where === 'atMost' ? id !== LINEARITY : !RATIOS.has(id))
        fail(`${where}: there is no figure ${JSON.stringify(id)}; ${FIGURES}`)
      if (typeof bound !== 'number' || !(bound > 0))
        fail(`${where}: ${id} must be a number above 0, not ${JSON.stringify(bound)}`)
    }
  }
  return { atLeast, ...(Object.keys(onNode).length > 0 && { onNode }), atMost }
}

const SHAPE = 'it must be an object such as { "atLeast": { "W1 decode": 0.5 }, "atMost": { "linearity": 5 } }'
const FIGURES =
  'there are ratios such as "W1 decode" and "W2 encode" in atLeast, and "linearity" in atMost; --update writes those of a target'

function checkWritable(file: string): void {
  try {
    closeSync(openSync(file, 'wx'))
    rmSync(file)
  } catch (error) {
    throw new UsageError(`--gate: ${(error as Error).message}`)
  }
}

/** Writes the bounds that these figures set, and keeps those that they say nothing about. */
export function updateGate(file: string, gate: Gate, measured: Figures, node: string): void {
  const { [LINEARITY]: linearity, ...ratios } = measured
  const line = String(lineOf(node))
  const least = leastOf(ratios)
  const { atLeast, onNode = {}, atMost } = gate
  const isOfLine = onNode[line] !== undefined
  save(file, {
    atLeast: isOfLine ? atLeast : { ...atLeast, ...least },
    ...(gate.onNode && { onNode: isOfLine ? { ...onNode, [line]: { ...onNode[line], ...least } } : onNode }),
    atMost:
      linearity === undefined || atMost[LINEARITY] !== undefined
        ? atMost
        : { ...atMost, [LINEARITY]: Math.max(LINEAR, mostOf(linearity)) },
  })
}
