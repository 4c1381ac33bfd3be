// Processes under test: a command that speaks the line protocol of test/fuzz/PROTOCOL.md.

import { UsageError } from '../usage.ts'
import { examine, type TestInput } from '../verdict/examination.ts'
import type { Declaration } from './declaration.ts'
import { LineProcess } from './line-process.ts'
import { Death, type Observation } from './observation.ts'
import { chunksOf, type Stream } from './stream.ts'
import type { Found, Target } from './target.ts'

export class ExecTarget implements Target {
  readonly name: string
  private readonly declared: Declaration
  private process: LineProcess | undefined
  private declaration: Declaration = {}
  private isClosed = false

  constructor(command: string, declared: Declaration) {
    this.name = command
    this.declared = declared
  }

  async start(): Promise<Declaration> {
    this.process = new LineProcess(this.name)
    this.declaration = { ...(await this.process.ready()), ...this.declared }
    return this.declaration
  }

  async examine(inputs: readonly TestInput[], found: Found): Promise<number> {
    let deaths = 0
    for (const [index, input] of inputs.entries()) {
      if (this.isClosed) break
      try {
        if (this.process === undefined) await this.start()
        const symptoms = await examine((stream) => this.observe(stream), this.declaration, input)
        if (symptoms.length > 0) found(index, symptoms)
      } catch (error) {
        if (!(error instanceof Death)) throw error
        deaths++
        await this.kill()
        if (!this.isClosed) found(index, [error.symptom])
      }
    }
    return deaths
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.kill()
  }

  private async kill(): Promise<void> {
    const { process } = this
    this.process = undefined
    await process?.kill()
  }

  private async observe(stream: Stream): Promise<Observation> {
    const process = this.process as LineProcess
    const packets: unknown[] = []
    const observation = (thrown?: Observation['thrown']): Observation => ({
      packets: this.declaration.verdictsOnly === true ? undefined : packets,
      thrown,
      memory: 0,
    })
    process.write('open')
    for (const chunk of chunksOf(stream)) {
      process.write(chunk.toString('hex'))
      for (;;) {
        const [word, text] = answerFrom(await process.line())
        if (word === 'more') break
        if (word === 'packet') packets.push(packetFrom(text))
        else if (word === 'refused') return observation({ isRefusal: true, text: text || 'without a reason' })
        else if (word === 'crashed')
          return observation({ isRefusal: false, text: text || 'without a reason' })
        else throw new UsageError(`${this.name} wrote "${word} ${text}": ${ANSWERS}`)
      }
    }
    return observation()
  }
}

export const ANSWERS = 'expected packet, more, refused or crashed; write everything else to standard error'

/** The first word of a line, and the rest. */
export function answerFrom(line: string): [word: string, text: string] {
  const space = line.indexOf(' ')
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)]
}

/** The binary fields of a packet, which are hexadecimal in JSON. */
const BINARY: readonly string[] = ['payload', 'password']

/** @throws UsageError unless it is JSON */
export function packetFrom(json: string): unknown {
  try {
    return JSON.parse(json, (key, value) =>
      BINARY.includes(key) && typeof value === 'string' ? Buffer.from(value, 'hex') : value,
    )
  } catch (error) {
    throw new UsageError(`packet ${json}: ${(error as Error).message}`)
  }
}
