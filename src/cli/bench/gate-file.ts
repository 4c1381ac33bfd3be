// Reads, validates and writes the gate file.

import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { UsageError } from '../usage.ts'
import { type Figures, type Gate, lowerBounds, nodeMajor, upperBound } from './gate.ts'
import { operationsOf } from './plan.ts'
import { readJson, writeJson } from './results.ts'
import { WORKLOADS } from './traffic/workloads.ts'

const LINEARITY = 'linearity'
/** The lowest bound on linearity that `--update` sets. A linear parser measures 4. */
const MIN_LINEARITY_BOUND = 5

/** The ratios that `atLeast` and `onNode` may bound. */
const RATIOS: ReadonlySet<string> = new Set(
  Object.keys(WORKLOADS).flatMap((workload) =>
    operationsOf(workload).map(({ operation, label }) => `${workload} ${label ?? operation}`),
  ),
)

/**
 * Reads and validates a gate file.
 *
 * @param isUpdated whether the file will be written, and so need not exist
 * @throws UsageError if the file is missing, cannot be written or is not a valid gate
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
    gate = readJson<Gate>(file)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    fail(isMissing ? 'the file does not exist; add --update to create it' : (error as Error).message)
  }
  if (typeof gate !== 'object' || gate === null || Array.isArray(gate)) fail(SHAPE)
  const { atLeast = {}, onNode = {}, atMost = {}, ...others } = gate as Gate
  const [other] = Object.keys(others)
  if (other !== undefined) fail(`unknown key ${other}; expected atLeast, onNode or atMost`)
  const groups: [where: string, figures: Figures][] = [
    ['atLeast', atLeast],
    ['atMost', atMost],
    ...Object.entries(onNode).map(([major, figures]): [string, Figures] => [`onNode ${major}`, figures]),
  ]
  for (const [where, figures] of groups) {
    if (typeof figures !== 'object' || figures === null) fail(SHAPE)
    for (const [id, bound] of Object.entries(figures)) {
      if (where === 'atMost' ? id !== LINEARITY : !RATIOS.has(id))
        fail(`${where}: unknown figure ${JSON.stringify(id)}; ${FIGURES}`)
      if (typeof bound !== 'number' || !(bound > 0))
        fail(`${where}: ${id} must be a number above 0, not ${JSON.stringify(bound)}`)
    }
  }
  return { atLeast, ...(Object.keys(onNode).length > 0 && { onNode }), atMost }
}

const SHAPE = 'expected an object such as { "atLeast": { "W1 decode": 0.5 }, "atMost": { "linearity": 5 } }'
const FIGURES =
  'atLeast takes ratios such as "W1 decode" and "W2 encode", atMost takes "linearity"; --update writes the figures of your target'

function checkWritable(file: string): void {
  try {
    closeSync(openSync(file, 'wx'))
    rmSync(file)
  } catch (error) {
    throw new UsageError(`--gate: ${(error as Error).message}`)
  }
}

/** Writes the bounds that follow from the measured figures. Other bounds are kept. */
export function updateGate(file: string, gate: Gate, measured: Figures, node: string): void {
  const { [LINEARITY]: linearity, ...ratios } = measured
  const major = String(nodeMajor(node))
  const bounds = lowerBounds(ratios)
  const { atLeast, onNode = {}, atMost } = gate
  const hasOwnBounds = onNode[major] !== undefined
  writeJson(file, {
    atLeast: hasOwnBounds ? atLeast : { ...atLeast, ...bounds },
    ...(gate.onNode && {
      onNode: hasOwnBounds ? { ...onNode, [major]: { ...onNode[major], ...bounds } } : onNode,
    }),
    atMost:
      linearity === undefined || atMost[LINEARITY] !== undefined
        ? atMost
        : { ...atMost, [LINEARITY]: Math.max(MIN_LINEARITY_BOUND, upperBound(linearity)) },
  })
}
