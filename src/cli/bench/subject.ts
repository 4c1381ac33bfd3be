// What is measured: a module, or a process. Its jobs, and how each of them is done.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Declaration, readDeclaration } from '../target/declaration.ts'
import { LineProcess } from '../target/line-process.ts'
import { UsageError } from '../usage.ts'
import { processLinearity, raceProcesses } from './exec/processes.ts'
import type { Entry } from './measure/contestant.ts'
import { Stopped } from './measure/rounds.ts'
import { FULL, type Job, linearityJob, QUICK, raceJobs } from './plan.ts'
import type { JobResult } from './results.ts'
import { type Rival, rivalsFrom } from './rivals.ts'
import type { Description } from './tasks/describe.ts'
import type { LinearityOptions } from './tasks/linearity.ts'
import type { Operation, RaceOptions } from './tasks/race.ts'
import { Failure, runTask } from './tasks/spawn.ts'
import { workloadsFor } from './traffic/declared.ts'

/** How mqtt-wire is called in the tables; ratios are to it. */
export const OURS = 'mqtt-wire'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** How long a child process may say nothing, in milliseconds. */
const PATIENCE = 30_000

/** Tells how far a job has come; a true answer means that it is to stop. */
export type Report = (share: number) => unknown

export interface Subject {
  readonly name: string
  /** What is to be known of its ratios. */
  readonly remark: string
  readonly rivals: readonly Rival[]
  /** How often it has hung, or ended the process that it was in. */
  readonly deaths: number
  /**
   * @throws UsageError if it cannot be measured
   * @throws Stopped if the signal comes before that is known
   */
  jobs(pace: { readonly quick: boolean }, signal: AbortSignal): Promise<Job[]>
  /** @throws Stopped if the signal comes before there is a result */
  perform(job: Job, report: Report, signal: AbortSignal): Promise<JobResult>
}

export const SUBJECT_OPTIONS = {
  exec: { type: 'string' },
  declare: { type: 'string' },
  rivals: { type: 'string' },
} as const

interface SubjectValues {
  readonly exec?: string | undefined
  readonly declare?: string | undefined
  readonly rivals?: string | undefined
}

/** @throws UsageError unless the arguments name one target that can be measured */
export function subjectFrom(
  positionals: readonly string[],
  { exec, declare, rivals }: SubjectValues,
): Subject {
  const declared = declare === undefined ? {} : readDeclaration(declare)
  const [file] = positionals
  if (positionals.length + (exec === undefined ? 0 : 1) !== 1)
    throw new UsageError('bench takes one TARGET: a module, or --exec "COMMAND"')
  if (file === undefined) {
    if (rivals !== undefined)
      throw new UsageError('--rivals are modules, and cannot be compared with a process')
    return new ProcessSubject(exec as string, declared)
  }
  if (/^mqtts?:\/\//.test(file))
    throw new UsageError(
      "bench measures parsers, and a broker's time is mostly the network's: give it the broker's decoder as a module, or as a process with --exec",
    )
  if (!existsSync(file)) throw new UsageError(`${file} does not exist`)
  return new ModuleSubject(file, declared, rivals === undefined ? [] : rivalsFrom(rivals, process.cwd()))
}

class ModuleSubject implements Subject {
  readonly name: string
  readonly remark = `× is the speed as a multiple of ${OURS}'s, in the same process.`
  readonly rivals: readonly Rival[]
  deaths = 0
  private readonly declared: Declaration
  private readonly entry: Entry

  constructor(file: string, declared: Declaration, rivals: readonly Rival[]) {
    this.name = file
    this.declared = declared
    this.rivals = rivals
    this.entry = { path: resolve(file), name: file }
  }

  async jobs({ quick }: { readonly quick: boolean }, signal: AbortSignal): Promise<Job[]> {
    const { declaration, encodes, encodesInto, forgets } = await this.describe(signal)
    const operations: Operation[] = ['decode']
    if (forgets) operations.push('firstPass')
    if (encodes) operations.push('encode')
    if (encodesInto) operations.push('encodeInto')
    const ours: Entry = { path: here('./ourselves.js'), name: OURS }
    return [
      ...raceJobs({
        contestants: [ours, this.entry, ...this.rivals],
        pace: quick ? QUICK : FULL,
        declaration,
        workloads: workloadsFor(declaration),
        operations,
      }),
      ...[
        { entry: this.entry, name: this.name },
        { entry: ours, name: OURS },
      ].map(({ entry, name }) => linearityJob(entry, name, { quick })),
    ]
  }

  async perform({ id, task, options, of }: Job, report: Report, signal: AbortSignal): Promise<JobResult> {
    // glibc takes a freed block of up to 32 MiB again, and asks the system for each larger one, whose pages come in one by
    // one at first touch. So that a packet of 64 MiB can be compared with one of 16 MiB, both are asked for.
    const env = id === 'linearity' ? LINEARITY_ENVIRONMENT : {}
    const project = { MQTT_WIRE_BENCH_PROJECT: process.cwd() }
    try {
      return await runTask(task, options, {
        onProgress: report,
        env: { ...env, ...project },
        patience: PATIENCE,
        signal,
      })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      this.deaths++
      const result = { fault: error.message.split('\n')[0] as string }
      return of === undefined ? { results: { [this.name]: result } } : result
    }
  }

  private async describe(signal: AbortSignal): Promise<Description> {
    const { name, entry, declared } = this
    try {
      const task = new URL('./tasks/describe.js', import.meta.url)
      const description: Description = await runTask(
        task,
        { path: entry.path },
        { patience: PATIENCE, signal },
      )
      return { ...description, declaration: { ...description.declaration, ...declared } }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new UsageError(`${name} cannot be used: ${error.message.split('\n')[0]}`)
    }
  }
}

/** See {@link ModuleSubject}. */
export const LINEARITY_ENVIRONMENT: NodeJS.ProcessEnv = { MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024) }

/** Processes by turns: the target's, and one of ours that speaks the same protocol. */
class ProcessSubject implements Subject {
  readonly name: string
  readonly remark =
    `× is the speed as a multiple of ${OURS}'s behind the same protocol. All times include the pipe, hexadecimal text and JSON, on
both sides: ratios of whole adapters, which lie closer to 1 than those of the decoders in them.`
  readonly rivals: readonly Rival[] = []
  readonly deaths = 0 // a process that dies is started again for the next job
  private readonly declared: Declaration

  constructor(command: string, declared: Declaration) {
    this.name = command
    this.declared = declared
  }

  async jobs({ quick }: { readonly quick: boolean }, signal: AbortSignal): Promise<Job[]> {
    const declaration = { ...(await this.declaration(signal)), ...this.declared }
    if (declaration.verdictsOnly === true)
      throw new UsageError(
        `${this.name} gives no packets, which shows nothing of what it has decoded: bench needs packets`,
      )
    // What W5 is about is the chunks, and each of them would be a turn of the pipe.
    const workloads = workloadsFor(declaration).filter((id) => !id.startsWith('W5'))
    return [
      ...raceJobs({
        contestants: [],
        pace: quick ? QUICK : FULL,
        declaration,
        workloads,
        operations: ['decode'],
      }).filter(({ options }) => options.first === undefined),
      ...[this.name, OURS].map((name) => linearityJob({ path: '', name }, name, { quick })),
    ]
  }

  perform({ options, of }: Job, report: Report, signal: AbortSignal): Promise<JobResult> {
    const commands = {
      [OURS]: `"${process.execPath}" "${here('./exec/ourselves.js')}"`,
      [this.name]: this.name,
    }
    return of === undefined
      ? raceProcesses(commands, options as RaceOptions, report, signal)
      : processLinearity(commands[of] as string, options as LinearityOptions, report, signal)
  }

  private async declaration(signal: AbortSignal): Promise<Declaration> {
    const child = new LineProcess(this.name)
    const kill = (): void => void child.kill()
    signal.addEventListener('abort', kill)
    try {
      return await child.ready()
    } catch (error) {
      throw signal.aborted ? new Stopped() : error
    } finally {
      signal.removeEventListener('abort', kill)
      await child.kill()
    }
  }
}
