// The gate: bounds on figures, and what falls short of them.

/** Bounds by the names of figures. */
export type Figures = Readonly<Record<string, number>>

export interface Bounds {
  readonly atLeast: Figures
  readonly atMost: Figures
}

/** The file that holds the bounds. `onNode` has what is otherwise from a line of Node on, by its number. */
export interface Gate extends Bounds {
  readonly onNode?: Readonly<Record<string, Figures>>
}

export interface Verdict {
  readonly id: string
  readonly kind: 'at least' | 'at most'
  readonly bound: number
  readonly measured: number | undefined
  readonly holds: boolean
}

/** How much of a figure has to be left. A quarter is more than noise takes, and far less than a change that matters. */
const LEFT = 0.75

/** The bounds on a version of Node: each V8 makes some parsers faster by other factors than others. */
export function boundsOn(node: string, { atLeast, onNode = {}, atMost }: Gate): Bounds {
  const line = newestOf(Object.keys(onNode), node)
  return { atLeast: { ...atLeast, ...(line !== undefined && onNode[line]) }, atMost }
}

/** The newest of the lines that is not newer than `node`. */
function newestOf(lines: readonly string[], node: string): number | undefined {
  return lines
    .map(Number)
    .filter((line) => line <= lineOf(node))
    .sort((one, other) => other - one)[0]
}

/** The number of the line that a version of Node is of. */
export function lineOf(node: string): number {
  return Number.parseInt(node, 10)
}

/** The least that has to be left of each figure. */
export function leastOf(measured: Figures): Figures {
  return Object.fromEntries(Object.entries(measured).map(([id, value]) => [id, floor(value * LEFT)]))
}

/** The most that a figure may become. */
export function mostOf(measured: number): number {
  return Number((Math.ceil((measured / LEFT) * 100) / 100).toPrecision(3))
}

/** Each bound with what was measured. */
export function judge(measured: Figures, { atLeast, atMost }: Bounds): Verdict[] {
  const row =
    (kind: Verdict['kind'], met: (value: number, bound: number) => boolean) =>
    ([id, bound]: [string, number]): Verdict => {
      const value = measured[id]
      return { id, kind, bound, measured: value, holds: value !== undefined && met(value, bound) }
    }
  return [
    ...Object.entries(atLeast).map(row('at least', (value, bound) => value >= bound)),
    ...Object.entries(atMost).map(row('at most', (value, bound) => value <= bound)),
  ]
}

function floor(value: number): number {
  return Number((Math.floor(value * 100) / 100).toPrecision(3))
}
