// Like without-buffer.test.ts, with random packets and streams.

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import * as here from '../src/index.ts'
import { bytesOf, chunking, damagedStream, packet } from './support/arbitraries.ts'
import { facts } from './support/valid.ts'
import { libraryWithoutBuffer } from './support/without-buffer.ts'

const OPTIONS = { protocols: ['3.1.1', '3.1', 'bridge'] } as const

let there: typeof here

beforeAll(async () => {
  there = await libraryWithoutBuffer()
})

describe('on a host without Buffer', () => {
  test('packets have the same bytes', () => {
    fc.assert(
      fc.property(packet, (original) => {
        const whole = bytesOf(original)
        expect(there.encode(original)).toEqual(whole)
        expect(there.decode(whole, OPTIONS)).toEqual(original)
      }),
      { numRuns: 1_000 },
    )
  })

  test('streams have the same packets, reports and error with any chunking', () => {
    const outcome = ({ PacketParser }: typeof here, chunks: Uint8Array[], tolerate: boolean): unknown[] => {
      const seen: unknown[] = []
      const onTolerated = (report: here.DecodeError): void => {
        seen.push(facts(report))
      }
      const parser = new PacketParser({
        ...OPTIONS,
        ...(tolerate && { tolerate: ['ill-formed-utf8', 'null-character'], onTolerated }),
      })
      try {
        for (const chunk of chunks) for (const read of parser.push(chunk)) seen.push(read)
        parser.end()
      } catch (error) {
        seen.push(facts(error))
      }
      return seen
    }
    fc.assert(
      fc.property(damagedStream, chunking, fc.boolean(), (stream, cut, tolerate) => {
        const chunks = cut(stream).map((chunk) => Uint8Array.from(chunk))
        expect(outcome(there, chunks, tolerate)).toEqual(outcome(here, chunks, tolerate))
      }),
      { numRuns: 2_000 },
    )
  })
})
