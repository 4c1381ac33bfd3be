// The gate: bounds on figures, and the verdict on each.

/** Values by figure name. */
export type Figures = Readonly<Record<string, number>>

export interface Bounds {
  readonly atLeast: Figures
  readonly atMost: Figures
}

/** A gate file. `onNode` overrides `atLeast` from a major version of Node on. */
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

/** A bound is this share of the measured figure: noise costs less than a quarter, a change that matters far more. */
const BOUND_SHARE = 0.75

/** The bounds for a version of Node: a newer V8 does not speed up all parsers by the same factor. */
export function boundsOn(node: string, { atLeast, onNode = {}, atMost }: Gate): Bounds {
  const major = newestUpTo(node, Object.keys(onNode))
  return { atLeast: { ...atLeast, ...(major !== undefined && onNode[major]) }, atMost }
}

function newestUpTo(node: string, majors: readonly string[]): number | undefined {
  return majors
    .map(Number)
    .filter((major) => major <= nodeMajor(node))
    .sort((one, other) => other - one)[0]
}

/** The major version of Node in a version string. */
export function nodeMajor(node: string): number {
  return Number.parseInt(node, 10)
}

/** The lower bound for each measured figure. */
export function lowerBounds(measured: Figures): Figures {
  return Object.fromEntries(Object.entries(measured).map(([id, value]) => [id, floor(value * BOUND_SHARE)]))
}

/** The upper bound for a measured figure. */
export function upperBound(measured: number): number {
  return Number((Math.ceil((measured / BOUND_SHARE) * 100) / 100).toPrecision(3))
}

/** Compares the measured figures with the bounds. A figure that was not measured fails. */
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
