// The target of a run: a module or a process, its jobs, and how they are run.

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

/** The name of mqtt-wire in the tables. Ratios are relative to it. */
export const OURS = 'mqtt-wire'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A child process that sends no message for this many milliseconds is killed. */
const PATIENCE = 30_000

/** Reports the share of a job that is done. Returns true to stop the job. */
export type Report = (share: number) => unknown

export interface Subject {
  readonly name: string
  /** Explains its ratios. */
  readonly remark: string
  readonly rivals: readonly Rival[]
  /** How often it has hung or ended its process. */
  readonly deaths: number
  /**
   * @throws UsageError if the target cannot be measured
   * @throws Stopped if the signal aborts first
   */
  jobs(pace: { readonly quick: boolean }, signal: AbortSignal): Promise<Job[]>
  /** @throws Stopped if the signal aborts before there is a result */
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

/** @throws UsageError unless the arguments name exactly one target that can be measured */
export function subjectFrom(
  positionals: readonly string[],
  { exec, declare, rivals }: SubjectValues,
): Subject {
  const declared = declare === undefined ? {} : readDeclaration(declare)
  const [file] = positionals
  if (positionals.length + (exec === undefined ? 0 : 1) !== 1)
    throw new UsageError('bench takes one TARGET: a module or --exec "COMMAND"')
  if (file === undefined) {
    if (rivals !== undefined)
      throw new UsageError('--rivals cannot be combined with --exec: rivals are modules, not processes')
    return new ProcessSubject(exec as string, declared)
  }
  if (/^mqtts?:\/\//.test(file))
    throw new UsageError(
      "bench cannot measure a broker, which mostly waits for the network: pass the broker's decoder as a module, or as a process with --exec",
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
    // glibc reuses freed blocks of up to 32 MiB but maps larger ones anew, and each new page costs a page fault. The
    // lower threshold makes it map both the 16 MiB and the 64 MiB packet, so that their times can be compared.
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

/** Makes glibc map both packets of the linearity job: see {@link ModuleSubject.perform}. */
export const LINEARITY_ENVIRONMENT: NodeJS.ProcessEnv = { MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024) }

/** The target's process takes turns with an mqtt-wire process that speaks the same protocol. */
class ProcessSubject implements Subject {
  readonly name: string
  readonly remark =
    `× is the speed as a multiple of ${OURS}'s over the same protocol. Both times include the pipe, hexadecimal text and JSON,
so the ratio compares whole adapters, and is closer to 1 than the ratio of the decoders.`
  readonly rivals: readonly Rival[] = []
  readonly deaths = 0 // each job starts a new process anyway
  private readonly declared: Declaration

  constructor(command: string, declared: Declaration) {
    this.name = command
    this.declared = declared
  }

  async jobs({ quick }: { readonly quick: boolean }, signal: AbortSignal): Promise<Job[]> {
    const declaration = { ...(await this.declaration(signal)), ...this.declared }
    if (declaration.verdictsOnly === true)
      throw new UsageError(
        `${this.name} declares verdictsOnly, so its packets cannot be checked: bench needs decoded packets`,
      )
    // W5 measures small chunks, but here each chunk costs a round trip through the pipe.
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
