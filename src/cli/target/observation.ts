// The result of running a stream through a target.

import type { Symptom } from '../verdict/finding.ts'
import type { Stream } from './stream.ts'

export interface Thrown {
  readonly isRefusal: boolean
  readonly text: string
}

export interface Observation {
  /** Undefined for a target that only accepts or refuses. */
  readonly packets: readonly unknown[] | undefined
  readonly thrown: Thrown | undefined
  /** The memory used, in bytes; 0 if unknown. */
  readonly memory: number
}

/** Runs a stream through a target. Rejects with {@link Death} if the target hangs or dies. */
export type Observe = (stream: Stream) => Promise<Observation>

/** Thrown if the target has hung or died, and must be started again. */
export class Death extends Error {
  readonly symptom: Symptom

  constructor(symptom: Symptom) {
    super(symptom.happened)
    this.symptom = symptom
  }
}

/** Formats a thrown value of any type. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} ${String(error)}`
  const code = (error as { code?: unknown }).code
  return `${error.name}${typeof code === 'string' ? ` ${code}` : ''}: ${error.message}`
}
