// Runs all inputs through a parser and reports each distinct finding once, minimised.

import type { Input } from './examination.ts'
import { keyOf, type Symptom } from './finding.ts'
import { corpusInputs, generatedInputs, type NamedInput } from './inputs.ts'
import { minimise } from './minimise.ts'
import type { Stream } from './stream.ts'
import { ParserThread } from './thread.ts'

export interface Finding extends Symptom {
  readonly stream: Stream
  /** The name of the first input that showed it. */
  readonly origin: string
  /** Whether the stream shows it on its own; otherwise the inputs before it are needed, too. */
  readonly showsAlone: boolean
}

export interface CampaignOptions {
  /** The path of the adapter. */
  readonly adapter: string
  readonly seed: number
  /** The number of generated inputs, which follow those of the corpus. */
  readonly runs: number
  /** In milliseconds since the epoch. */
  readonly deadline: number
}

const BATCH = 64

/** How many streams to try when minimising a finding. Each that hangs takes a second, and leaks add up. */
const ATTEMPTS = 1_500
const ATTEMPTS_FOR_MEMORY = 150
const ATTEMPTS_FOR_DEATHS = 20

/** Stop after this many hangs and crashes of the thread: each takes a second. */
const MAX_DEATHS = 10

export class Campaign {
  inputs = 0
  private readonly options: CampaignOptions
  private readonly thread: ParserThread
  private readonly known = new Set<string>()

  constructor(options: CampaignOptions) {
    this.options = options
    this.thread = new ParserThread(options.adapter)
  }

  /** @throws UsageError if the adapter cannot be used */
  async *findings(): AsyncGenerator<Finding> {
    try {
      let deaths = 0
      for (const batch of this.batches()) {
        if (deaths > MAX_DEATHS) return
        const found: [NamedInput, Symptom][] = []
        deaths += await this.thread.examine(batch, (index, symptoms) => {
          for (const symptom of symptoms) found.push([batch[index] as NamedInput, symptom])
        })
        this.inputs += batch.length
        for (const [input, symptom] of found) {
          if (this.known.has(keyOf(symptom))) continue
          this.known.add(keyOf(symptom))
          yield await this.minimised(input, symptom)
        }
      }
    } finally {
      await this.thread.close()
    }
  }

  private *batches(): Generator<NamedInput[]> {
    const { seed, runs, deadline } = this.options
    yield* inBatches(corpusInputs(seed), Number.POSITIVE_INFINITY, deadline)
    yield* inBatches(generatedInputs(seed), runs, deadline)
  }

  private async minimised(input: NamedInput, symptom: Symptom): Promise<Finding> {
    const key = keyOf(symptom)
    let last = symptom
    const shows = async (candidate: Input): Promise<boolean> => {
      let isShown = false
      await this.thread.examine([candidate], (_, symptoms) => {
        const same = symptoms.find((other) => keyOf(other) === key)
        if (same === undefined) return
        isShown = true
        last = same
      })
      return isShown
    }
    const { bytes, cuts, name } = input
    const { needsCuts, isDeath } = symptom
    const whole = { bytes, cuts: needsCuts || isDeath ? cuts : [] }
    // The generator's expectation applies only to this exact stream; smaller ones are judged by our decoder.
    const showsAlone = await shows({ ...whole, known: input.known })
    if (!showsAlone) return { ...symptom, stream: whole, origin: name, showsAlone }
    const stream = await minimise(whole, shows, attemptsFor(symptom))
    return { ...last, stream, origin: name, showsAlone }
  }
}

function attemptsFor({ isDeath, kind }: Symptom): number {
  if (isDeath) return ATTEMPTS_FOR_DEATHS
  return kind === 'memory' ? ATTEMPTS_FOR_MEMORY : ATTEMPTS
}

function* inBatches(
  inputs: Iterable<NamedInput>,
  maxCount: number,
  deadline: number,
): Generator<NamedInput[]> {
  let batch: NamedInput[] = []
  let taken = 0
  for (const input of inputs) {
    if (taken++ >= maxCount) break
    batch.push(input)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
    if (Date.now() >= deadline) return
  }
  if (batch.length > 0) yield batch
}
