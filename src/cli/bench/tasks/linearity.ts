// Compares a packet of 64 MiB with one of 16 MiB, in chunks of 1 KiB. A linear parser takes four times as long.

import { setTimeout } from 'node:timers/promises'
import { type Entry, load } from '../measure/contestant.ts'
import { median, quartiles, Stopped } from '../measure/rounds.ts'
import { bigPacket } from '../traffic/big-packet.ts'
import type { Task } from './child.ts'

const MIB = 1024 * 1024
const PATIENCE_MS = 10_000
const TOO_SLOW = { fault: `not done after ${PATIENCE_MS / 1000} s` }

export interface LinearityOptions {
  readonly contestant: Entry
  readonly rounds: number
  readonly budgetMs: number
}

export type LinearityResult = {
  readonly ratio?: number
  readonly quartiles?: readonly [number, number]
  readonly fault?: string
}

const linearity: Task<LinearityOptions, LinearityResult> = async (
  { contestant, rounds, budgetMs },
  report,
) => {
  const { open, feed } = await load(contestant, 'linearity')
  const small = bigPacket(16 * MIB)
  const large = bigPacket(64 * MIB)
  let packets = 0
  const visit = (): void => {
    packets++
  }
  const time = async (chunks: readonly Buffer[]): Promise<number | undefined> => {
    ;(globalThis as { gc?: () => void }).gc?.()
    await setTimeout(20) // V8 frees memory on another thread after the collection
    const start = performance.now()
    const parser = open(visit)
    for (let index = 0; index < chunks.length; index++) {
      const taken = feed(parser, chunks[index] as Buffer, visit)
      if (taken instanceof Promise) await taken
      if (index % 1024 === 0 && performance.now() - start > PATIENCE_MS) return undefined
    }
    return performance.now() - start
  }
  for (let warmUp = 0; warmUp < 8; warmUp++) if ((await time(small)) === undefined) return TOO_SLOW
  const before = packets
  const ratios: number[] = []
  const start = performance.now()
  while (ratios.length < rounds && (ratios.length < 3 || performance.now() - start < budgetMs)) {
    const ms = await time(small)
    const msLarge = await time(large)
    if (ms === undefined || msLarge === undefined) return TOO_SLOW
    ratios.push(msLarge / ms)
    if (report(ratios.length / rounds)) throw new Stopped()
  }
  const wanted = 2 * ratios.length
  if (packets - before !== wanted) return { fault: `${packets - before} packets instead of ${wanted}` }
  return { ratio: median(ratios), quartiles: quartiles(ratios) }
}

export default linearity
