// Whether a contestant gets it right: what it decodes is what the generator made, what it encodes are the bytes by the book.

import { isDeepStrictEqual } from 'node:util'

/** What is wrong with what the contestant decodes within `patience` milliseconds; undefined if nothing is. */
export function decodeFault(contestant, { packets, chunks }, patience) {
  let count = 0
  let fault
  const visit = (packet) => {
    const expected = packets[count++]
    fault ??=
      expected === undefined
        ? `${count} packets out of ${packets.length}`
        : difference(expected, contestant.neutral(packet))
  }
  try {
    const parser = contestant.open(visit)
    const end = performance.now() + patience
    for (const [index, chunk] of chunks.entries()) {
      contestant.feed(parser, chunk, visit)
      if (fault !== undefined) return `packet ${count}: ${fault}`
      if (performance.now() > end) return tooSlow(index / chunks.length, patience)
    }
  } catch (error) {
    return `packet ${count + 1} (${packets[count]?.type}): ${firstLine(error)}`
  }
  return count === packets.length ? undefined : `${count} packets instead of ${packets.length}`
}

/** What is wrong with what the contestant encodes; undefined if nothing is. */
export function encodeFault(encode, { native }, { packets, encoded }) {
  if (encode === undefined) return 'does not encode'
  for (const [index, packet] of packets.entries()) {
    const where = `packet ${index + 1} (${packet.type})`
    try {
      const bytes = encode(native(packet))
      if (Buffer.compare(bytes, encoded[index]) !== 0)
        return `${where}: ${excerpt(bytes)} instead of ${excerpt(encoded[index])}`
    } catch (error) {
      return `${where}: ${firstLine(error)}`
    }
  }
  return undefined
}

function difference(expected, actual) {
  const wrong = Object.keys(expected).find((field) => !same(expected[field], actual[field]))
  return wrong && `${expected.type} with ${wrong} ${show(actual[wrong])} instead of ${show(expected[wrong])}`
}

function same(expected, actual) {
  if (expected === undefined) return actual === undefined || actual === null
  if (expected instanceof Uint8Array)
    return actual instanceof Uint8Array && Buffer.compare(expected, actual) === 0
  if (Array.isArray(expected) || typeof expected !== 'object') return isDeepStrictEqual(expected, actual)
  return Object.keys(expected).every((field) => same(expected[field], actual?.[field]))
}

function show(value) {
  return value instanceof Uint8Array ? excerpt(value) : JSON.stringify(value)
}

function excerpt(bytes) {
  const hex = Buffer.from(bytes.subarray(0, 12)).toString('hex')
  return `${bytes.length} bytes ${hex}${bytes.length > 12 ? '…' : ''}`
}

function tooSlow(share, patience) {
  return `too slow: ${Math.floor(100 * share)} % done after ${(patience / 1000).toFixed(0)} s`
}

function firstLine(error) {
  return String(error?.message ?? error)
    .split(/[\n:] /)[0]
    .slice(0, 100)
}
