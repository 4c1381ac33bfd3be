import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DecodeError, decode, encode, PacketParser } from '../src/index.ts'

// This file throws millions of errors, and their stacks are never used.
const { stackTraceLimit } = Error
beforeAll(() => {
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

vi.setConfig({ testTimeout: 600_000 })

const AT_FIRST_BYTE = new Set(['reserved-packet-type', 'reserved-flags', 'invalid-qos', 'dup-with-qos-0'])

/** The result of an attempt to decode: the code of an error, or the type of the packet. */
function outcome(attempt: () => { type: string } | undefined): string {
  try {
    return attempt()?.type ?? 'incomplete-packet'
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return error.code
  }
}

/** The result of a parser for its first packet. If more bytes follow, decode reports `trailing-bytes`. */
function parsed(parser: PacketParser, input: Uint8Array): string {
  parser.reset()
  return outcome(() => parser.push(input).read())
}

test.each([1, 2, 3])('every input of %i bytes is a packet, needs more, or is a DecodeError', (size) => {
  const parser = new PacketParser()
  const input = new Uint8Array(size)
  let packets = 0
  for (let value = 0; value < 256 ** size; value++) {
    for (let index = 0; index < size; index++) input[index] = value >> (8 * (size - 1 - index))
    const decoded = outcome(() => decode(input))
    // If the first byte is refused, the bytes after it do not matter. Inputs of two bytes show that.
    if (size === 3 && AT_FIRST_BYTE.has(decoded)) continue
    const read = parsed(parser, input)
    // decode requires exactly one packet. A parser reads the first one and leaves the rest.
    if (decoded !== read && decoded !== 'trailing-bytes')
      expect.fail(`${input}: decode ${decoded}, parser ${read}`)
    if (decoded === 'pingreq' || decoded === 'pingresp' || decoded === 'disconnect') {
      packets++
      if (size === 2 && Buffer.compare(encode(decode(input)), input) !== 0)
        expect.fail(`${input} encodes otherwise`)
    }
  }
  expect(packets).toBe([0, 0, 3, 3][size])
})
