import { describe, expect, test } from 'vitest'
import { DECODE_ERRORS, DecodeError, type DecodeErrorCode, decode, PacketParser } from '../../src/index.ts'
import { arbitraries, generateMalformed, type Malformed } from '../../src/testing/index.ts'
import { VERSIONS } from './fast-check.ts'

const CODES = Object.keys(DECODE_ERRORS) as DecodeErrorCode[]

function errorOf(run: () => unknown): DecodeError | undefined {
  try {
    run()
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
  return undefined
}

function parse({ bytes, options }: Malformed, chunkSize: number) {
  return errorOf(() => {
    const parser = new PacketParser(options)
    for (let start = 0; start < bytes.length; start += chunkSize) {
      const packets = [...parser.push(bytes.subarray(start, start + chunkSize))]
      if (packets.length > 0) throw new Error(`${packets.length} packets`)
    }
    parser.end()
  })
}

function check(malformed: Malformed): void {
  const { bytes, options, seenBy } = malformed
  const errors = [
    ...(seenBy === 'parser' ? [] : [errorOf(() => decode(bytes, options))]),
    ...(seenBy === 'decode' ? [] : [parse(malformed, bytes.length), parse(malformed, 1)]),
  ]
  for (const error of errors) {
    const { code, rule, field, offset } = malformed
    expect({ code: error?.code, rule: error?.rule, field: error?.field, offset: error?.offset }).toEqual({
      code,
      rule,
      field,
      offset,
    })
  }
}

describe.each(VERSIONS)('%s', (_, fc) => {
  const { malformed, malformedBy } = arbitraries(fc)

  test('malformed: the library reports the violation that was put in', () => {
    fc.assert(fc.property(malformed, check), { numRuns: 2000 })
  })

  test.each(CODES)('malformed by %s', (code) => {
    const ofCode = malformedBy(code)
    for (const { code: got } of fc.sample(ofCode, 10)) expect(got).toBe(code)
    fc.assert(fc.property(ofCode, check))
  })
})

test('one seed gives every code', () => {
  const cases = [...generateMalformed(1, 3000)]
  for (const malformed of cases) check(malformed)
  expect(new Set(cases.map(({ code }) => code))).toEqual(new Set(CODES))
})

test('a packet that only its options refuse is valid without them', () => {
  for (const { bytes, options, code } of generateMalformed(2, 2000)) {
    if (options === undefined || code === 'packet-too-large') continue
    expect(errorOf(() => decode(bytes))).toBeUndefined()
  }
})
