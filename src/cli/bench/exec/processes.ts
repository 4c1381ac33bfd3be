// Processes as contestants. They all speak the line protocol of test/fuzz/PROTOCOL.md.

import { setTimeout as delay } from 'node:timers/promises'
import { ANSWERS, answerFrom, packetFrom } from '../../target/exec.ts'
import { LineProcess } from '../../target/line-process.ts'
import { Death } from '../../target/observation.ts'
import { UsageError } from '../../usage.ts'
import { Comparison, tooSlow } from '../measure/check.ts'
import { type Entrant, median, type OnRound, placings, quartiles, race, Stopped } from '../measure/rounds.ts'
import type { LinearityOptions, LinearityResult } from '../tasks/linearity.ts'
import type { RaceOptions, RaceResult } from '../tasks/race.ts'
import { bigPacket } from '../traffic/big-packet.ts'
import { acceptedBy } from '../traffic/declared.ts'
import { type Traffic, traffic } from '../traffic/workloads.ts'

/** Time limits in milliseconds: for one chunk, and for the whole stream when it is checked. */
const CHUNK_LIMIT = 10_000
const STREAM_LIMIT = 10_000
/** Milliseconds from the request to stop until processes are killed. */
const STOP_LIMIT = 1_000

/** Shell commands by contestant name. */
export type Commands = Readonly<Record<string, string>>

/** Races all processes at decoding a workload. Ratios are relative to the first one. */
export function raceProcesses(
  commands: Commands,
  { workload, scale, declaration = {}, ...pace }: Omit<RaceOptions, 'contestants' | 'operation'>,
  report: OnRound,
  signal: AbortSignal,
): Promise<RaceResult> {
  const stream = traffic(workload, scale, acceptedBy(declaration))
  const { packets, leftOut, bytes } = stream
  const lines = stream.chunks.map(lineOf)
  return withProcesses(commands, signal, async (processes) => {
    const entrants: Entrant[] = []
    const results: Record<string, object> = {}
    for (const [name, process] of processes) {
      const { fault, length } = await check(process, lines, stream)
      if (fault === undefined)
        entrants.push({
          name,
          units: packets.length,
          expected: length,
          run: (n) => decode(process, lines, n),
        })
      else results[name] = { fault }
      report(0)
    }
    const [pinned] = entrants
    if (pinned !== undefined)
      Object.assign(results, placings(await race(entrants, pace, report), pinned.name))
    return {
      workload,
      operation: 'decode',
      packets: packets.length,
      ...(leftOut > 0 && { leftOut }),
      bytes,
      results,
    }
  })
}

const MIB = 1024 * 1024
const WARM_UPS = 2

/** Compares a packet of 4 MiB with one of 1 MiB: a line of the protocol cannot hold much more. */
export function processLinearity(
  command: string,
  { rounds, budgetMs }: Omit<LinearityOptions, 'contestant'>,
  report: OnRound,
  signal: AbortSignal,
): Promise<LinearityResult> {
  const [small, large] = [MIB, 4 * MIB].map((size) => bigPacket(size).map(lineOf)) as [Buffer[], Buffer[]]
  return withProcesses({ [command]: command }, signal, async ([[, process]]) => {
    const time = async (lines: readonly Buffer[]): Promise<number> => {
      const start = performance.now()
      await decode(process, lines, 1)
      return performance.now() - start
    }
    const ratios: number[] = []
    const start = performance.now()
    try {
      for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) await time(small)
      while (ratios.length < rounds && (ratios.length < 3 || performance.now() - start < budgetMs)) {
        const ms = await time(small)
        ratios.push((await time(large)) / ms)
        if (report(ratios.length / rounds) === true) throw new Stopped()
      }
    } catch (error) {
      if (error instanceof Stopped || signal.aborted) throw error
      return { fault: textOf(error) }
    }
    return { ratio: median(ratios), quartiles: quartiles(ratios) }
  })
}

type Named = [name: string, process: LineProcess]

/** Starts fresh processes for each job, so that one workload cannot influence the next, and kills them afterwards. */
async function withProcesses<Result>(
  commands: Commands,
  signal: AbortSignal,
  measure: (processes: [Named, ...Named[]]) => Promise<Result>,
): Promise<Result> {
  const processes = Object.entries(commands).map(([name, command]): Named => [name, new LineProcess(command)])
  const kill = (): Promise<unknown> => Promise.all(processes.map(([, process]) => process.kill()))
  const isDone = new AbortController()
  let isKilled = false
  const killLater = (): void => {
    const forceKill = (): unknown => {
      isKilled = true
      return kill()
    }
    void delay(STOP_LIMIT, undefined, { signal: isDone.signal }).then(forceKill, () => {})
  }
  signal.addEventListener('abort', killLater)
  try {
    for (const [, process] of processes) await process.ready()
    const result = await measure(processes as [Named, ...Named[]])
    if (isKilled) throw new Stopped()
    return result
  } catch (error) {
    throw signal.aborted ? new Stopped() : error
  } finally {
    signal.removeEventListener('abort', killLater)
    isDone.abort()
    await kill()
  }
}

function lineOf(chunk: Buffer): Buffer {
  return Buffer.from(`${chunk.toString('hex')}\n`)
}

/** Checks the packets that a process decodes, and sums the lengths of its answers. */
async function check(
  process: LineProcess,
  lines: readonly Buffer[],
  { packets }: Traffic,
): Promise<{ fault?: string; length: number }> {
  const comparison = new Comparison(packets, true)
  const end = performance.now() + STREAM_LIMIT
  let length = 0
  process.write('open')
  for (const [index, line] of lines.entries()) {
    process.send(line)
    for (let isRead = false; !isRead; ) {
      let answer: string
      try {
        answer = process.arrived() ?? (await process.line(CHUNK_LIMIT))
      } catch (error) {
        return { fault: comparison.missing(textOf(error)), length }
      }
      length = (length + answer.length) | 0
      const [word, text] = answerFrom(answer)
      if (word === 'more') isRead = true
      else if (word === 'packet') comparison.add(packetFrom(text) as object)
      else if (word === 'refused' || word === 'crashed')
        return { fault: comparison.missing(`${word} ${text}`), length }
      else throw new UsageError(`it wrote "${answer.slice(0, 200)}": ${ANSWERS}`)
    }
    if (comparison.fault !== undefined) break
    if (performance.now() > end) return { fault: tooSlow(index / lines.length, STREAM_LIMIT), length }
  }
  const fault = comparison.result()
  return { length, ...(fault !== undefined && { fault }) }
}

/** Decodes the lines `passes` times as one stream, and returns the total length of the answers. */
async function decode(process: LineProcess, lines: readonly Buffer[], passes: number): Promise<number> {
  let sum = 0
  process.write('open')
  for (let pass = 0; pass < passes; pass++) {
    for (let index = 0; index < lines.length; index++) {
      process.send(lines[index] as Buffer)
      for (;;) {
        const answer = process.arrived() ?? (await process.line(CHUNK_LIMIT))
        sum = (sum + answer.length) | 0
        if (answer.startsWith('packet ')) continue
        if (answer === 'more') break
        throw new Error(`it answered "${answer.slice(0, 200)}"`)
      }
    }
  }
  return sum
}

function textOf(error: unknown): string {
  if (!(error instanceof Death)) return String((error as Error).message)
  const { kind, about, happened } = error.symptom
  return kind === 'hang' ? `${about}: ${happened}` : happened
}
