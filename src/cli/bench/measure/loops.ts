// The timed loops. Each contestant imports its own copy: V8 collects type feedback per function, and feedback from one
// contestant must not affect another.
//
// All results are read into a sum, which is checked, so V8 cannot eliminate the work as unused.

import type { Contestant, Encode, EncodeInto } from './contestant.ts'

/** Makes `passes` passes over a stream, and returns the sum of what was read. */
export type Run = (passes: number) => number | Promise<number>

interface Stream {
  readonly chunks: readonly Buffer[]
}

type Decoder = Pick<Contestant, 'open' | 'feed' | 'read'>

/** Decodes the chunks `passes` times as the stream of one connection. */
export function decodeLoop({ open, feed, read }: Decoder, { chunks }: Stream): (passes: number) => number {
  let sum = 0
  const visit = (packet: unknown): void => {
    sum = (sum + read(packet)) | 0
  }
  return (passes) => {
    sum = 0
    const parser = open(visit)
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < chunks.length; index++) feed(parser, chunks[index] as Buffer, visit)
    }
    return sum
  }
}

/** {@link decodeLoop} for a contestant whose `feed` returns promises. */
export function asyncDecodeLoop({ open, feed, read }: Decoder, { chunks }: Stream): Run {
  let sum = 0
  const visit = (packet: unknown): void => {
    sum = (sum + read(packet)) | 0
  }
  return async (passes) => {
    sum = 0
    const parser = open(visit)
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < chunks.length; index++) {
        const taken = feed(parser, chunks[index] as Buffer, visit)
        if (taken instanceof Promise) await taken
      }
    }
    return sum
  }
}

/** Decodes the chunks `passes` times, each time with a new parser and empty caches. */
export function firstPassLoop(
  { forget = () => {} }: Contestant,
  decode: (passes: number) => number,
): (passes: number) => number {
  return (passes) => {
    let sum = 0
    for (let pass = 0; pass < passes; pass++) {
      forget()
      sum = (sum + decode(1)) | 0
    }
    return sum
  }
}

/** {@link firstPassLoop} for a contestant whose `feed` returns promises. */
export function asyncFirstPassLoop({ forget = () => {} }: Contestant, decode: Run): Run {
  return async (passes) => {
    let sum = 0
    for (let pass = 0; pass < passes; pass++) {
      forget()
      sum = (sum + (await decode(1))) | 0
    }
    return sum
  }
}

/** Encodes each packet into its own array. */
export function encodeLoop({ encode }: { readonly encode: Encode }, natives: readonly unknown[]): Run {
  return (passes) => {
    let sum = 0
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < natives.length; index++) {
        const bytes = encode(natives[index])
        sum = (sum + bytes.length + (bytes[bytes.length - 1] as number)) | 0
      }
    }
    return sum
  }
}

/** Encodes packets one after another into a buffer, and starts over at its beginning when it is full. */
export function encodeIntoLoop(
  { encodeInto }: { readonly encodeInto: EncodeInto },
  natives: readonly unknown[],
  longest: number,
): Run {
  const target = Buffer.alloc(Math.max(64 * 1024, longest + 64))
  const last = target.length - longest
  return (passes) => {
    let sum = 0
    let offset = 0
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < natives.length; index++) {
        if (offset > last) offset = 0
        const length = encodeInto(natives[index], target, offset)
        offset += length
        sum = (sum + length + (target[offset - 1] as number)) | 0
      }
    }
    return sum
  }
}
