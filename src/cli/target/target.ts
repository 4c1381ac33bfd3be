// The target under test: a module, a process, or a broker.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../usage.ts'
import type { TestInput } from '../verdict/examination.ts'
import type { Symptom } from '../verdict/finding.ts'
import type { Declaration } from './declaration.ts'
import { readDeclaration } from './declaration.ts'

/** Called with the index of an input and the faults that it showed. */
export type Found = (index: number, symptoms: readonly Symptom[]) => void

export interface Target {
  /** Its name in reports. */
  readonly name: string
  /**
   * Starts the target, and returns its declaration.
   *
   * @throws UsageError if it cannot be started
   */
  start(): Promise<Declaration>
  /**
   * Examines inputs in order.
   *
   * @returns the number of times that the target hung or died; another one has then replaced it
   */
  examine(inputs: readonly TestInput[], found: Found): Promise<number>
  /** A broker's verdicts on the inputs of the last call. */
  readonly verdicts?: readonly (string | undefined)[]
  close(): Promise<void>
}

/** The command-line options that name a target. */
export const TARGET_OPTIONS = {
  exec: { type: 'string' },
  declare: { type: 'string' },
  remote: { type: 'boolean' },
  rate: { type: 'string' },
  patience: { type: 'string' },
} as const

export interface TargetValues {
  readonly exec?: string | undefined
  readonly declare?: string | undefined
  readonly remote?: boolean | undefined
  readonly rate?: string | undefined
  readonly patience?: string | undefined
}

const BROKER = /^mqtt:\/\//

/** @throws UsageError if the arguments do not name exactly one target */
export async function targetFrom(
  command: string,
  positionals: readonly string[],
  { exec, declare, remote, rate, patience }: TargetValues,
): Promise<Target> {
  const declared = declare === undefined ? {} : readDeclaration(declare)
  const [first] = positionals
  if (positionals.length + (exec === undefined ? 0 : 1) !== 1 || (first ?? exec) === undefined)
    throw new UsageError(`${command} takes one TARGET: a module, --exec "COMMAND", or mqtt://127.0.0.1:1883`)
  if (first !== undefined && BROKER.test(first)) {
    const { Broker } = await import('./broker.ts')
    return new Broker(first, { declared, isRemoteAllowed: remote === true, rate, patience })
  }
  if (remote !== undefined || rate !== undefined || patience !== undefined)
    throw new UsageError('--remote, --rate and --patience are for brokers: mqtt://HOST:PORT')
  if (exec !== undefined) {
    const { ExecTarget } = await import('./exec.ts')
    return new ExecTarget(exec, declared)
  }
  const file = first as string
  if (!existsSync(file)) throw new UsageError(`${file} does not exist`)
  const { ParserThread } = await import('./thread.ts')
  return new ParserThread(resolve(file), file, declared)
}
