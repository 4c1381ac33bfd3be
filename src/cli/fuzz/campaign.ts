// Runs all inputs through a target and reports each distinct finding once, minimized.

import type { Declaration } from '../target/declaration.ts'
import type { Stream } from '../target/stream.ts'
import type { Target } from '../target/target.ts'
import type { TestInput } from '../verdict/examination.ts'
import { isForTarget, packetTypesOf } from '../verdict/expectation.ts'
import { keyOf, type Symptom, TIME_LIMIT } from '../verdict/finding.ts'
import { corpusInputs, generatedInputs, type NamedInput } from './inputs.ts'
import { minimize } from './minimize.ts'

export interface Finding extends Symptom {
  readonly stream: Stream
  /** The name of the first input that showed it. */
  readonly origin: string
  /** Whether the stream shows it on its own; otherwise the inputs before it are needed, too. */
  readonly showsAlone: boolean
}

export interface CampaignOptions {
  readonly target: Target
  readonly declaration: Declaration
  readonly seed: number
  /** The number of generated inputs, which follow those of the corpus. */
  readonly runs: number
}

const BATCH = 64

/** The maximum number of streams tried to minimize a finding; fewer for memory, because leaks add up. */
const ATTEMPTS = 1_500
const ATTEMPTS_FOR_MEMORY = 150
/** Milliseconds to minimize a hang. Each attempt that hangs takes the time limit. */
const TIME_FOR_HANGS = 10 * TIME_LIMIT

/** The campaign stops after more hangs and deaths than this, each of which takes a second. */
const MAX_DEATHS = 10

/** The result of a promise if the campaign is stopped first. */
const STOPPED = Symbol('stopped')

export class Campaign {
  inputs = 0
  /** Why the campaign ended before its last input. */
  endedBy: 'stop' | 'deaths' | undefined
  private readonly options: CampaignOptions
  private readonly known = new Set<string>()
  private readonly stopped: Promise<typeof STOPPED>
  /** Stops the campaign. Its findings are still reported, but may not be minimized. */
  stop: () => void = () => {}

  constructor(options: CampaignOptions) {
    this.options = options
    this.stopped = new Promise((resolve) => {
      this.stop = () => {
        this.endedBy ??= 'stop'
        resolve(STOPPED)
      }
    })
  }

  async *findings(): AsyncGenerator<Finding> {
    let deaths = 0
    for (const batch of this.batches()) {
      const found: [NamedInput, Symptom][] = []
      const examined = await this.unlessStopped(
        this.options.target.examine(batch, (index, symptoms) => {
          for (const symptom of symptoms) found.push([batch[index] as NamedInput, symptom])
        }),
      )
      if (examined !== STOPPED) this.inputs += batch.length
      for (const [input, symptom] of found) {
        if (this.known.has(keyOf(symptom))) continue
        this.known.add(keyOf(symptom))
        yield await this.minimized(input, symptom)
      }
      if (examined === STOPPED || this.endedBy !== undefined) return
      deaths += examined
      if (deaths > MAX_DEATHS) {
        this.endedBy = 'deaths'
        return
      }
    }
  }

  private async unlessStopped<Value>(work: Promise<Value>): Promise<Value | typeof STOPPED> {
    work.catch(() => {}) // failures after the end do not matter
    return Promise.race([work, this.stopped])
  }

  private *batches(): Generator<NamedInput[]> {
    const { seed, runs, declaration } = this.options
    yield* inBatches(corpusInputs(seed, declaration), Number.POSITIVE_INFINITY, declaration)
    yield* inBatches(generatedInputs(seed, declaration), runs, declaration)
  }

  private async minimized(input: NamedInput, symptom: Symptom): Promise<Finding> {
    const { bytes, cuts, name: origin } = input
    const { needsCuts, isDeath } = symptom
    const whole = { bytes, cuts: needsCuts || isDeath ? cuts : [] }
    const finding = { ...symptom, stream: whole, origin, showsAlone: true }
    if (this.endedBy !== undefined) return attributed(finding)
    let smallest: Finding = finding
    const key = keyOf(symptom)
    const shows = async (candidate: TestInput): Promise<boolean> => {
      let same: Symptom | undefined
      await this.options.target.examine([candidate], (_, symptoms) => {
        same ??= symptoms.find((other) => keyOf(other) === key)
      })
      if (same !== undefined) smallest = { ...finding, ...(same as Symptom), stream: candidate }
      return same !== undefined
    }
    const work = async (): Promise<Finding> => {
      const deadline = Date.now() + (symptom.kind === 'hang' ? TIME_FOR_HANGS : Number.POSITIVE_INFINITY)
      const isInTime = (): boolean => this.endedBy === undefined && Date.now() + TIME_LIMIT < deadline
      // The generator's expectation applies only to this exact stream; smaller ones are judged by our decoder.
      if (!(await shows({ ...whole, known: input.known }))) return { ...finding, showsAlone: false }
      await minimize(whole, async (candidate) => isInTime() && shows(candidate), attemptsFor(symptom))
      return smallest
    }
    const done = await this.unlessStopped(work())
    return attributed(done === STOPPED ? smallest : done)
  }
}

/** Adds the packet type of a death, which follows from the bytes. */
function attributed(finding: Finding): Finding {
  if (finding.packetType !== undefined || !finding.isDeath) return finding
  const types = packetTypesOf(finding.stream.bytes)
  return types.length === 1 ? { ...finding, packetType: types[0] } : finding
}

const attemptsFor = ({ kind }: Symptom): number => (kind === 'memory' ? ATTEMPTS_FOR_MEMORY : ATTEMPTS)

function* inBatches(
  inputs: Iterable<NamedInput>,
  maxCount: number,
  declaration: Declaration,
): Generator<NamedInput[]> {
  let batch: NamedInput[] = []
  let taken = 0
  for (const input of inputs) {
    if (taken >= maxCount) break
    if (!isForTarget(input.bytes, declaration)) continue
    taken++
    batch.push(input)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
