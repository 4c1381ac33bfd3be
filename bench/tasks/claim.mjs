// Memory per connection whose peer sends the beginning of a packet and nothing more. The beginning arrives in a 64 KiB
// block of memory, as from a socket, so a parser that keeps the block alive is noticed.

import { fixedHeader } from '../../dist/cli/bench/traffic/bytes.js'
import { load } from '../contestants.mjs'
import { held } from '../measure/memory.mjs'

const BEGINNINGS = {
  claim: Buffer.concat([fixedHeader(0x30, 268_435_455), Buffer.from([0, 7, 0x61])]),
  'one byte': Buffer.from([0x30]),
}

export default async function ({ contestant: path, count, sent }) {
  const chunk = () => {
    const memory = Buffer.allocUnsafeSlow(64 * 1024)
    return memory.subarray(0, BEGINNINGS[sent].copy(memory))
  }
  const { open, feed } = await load(path, 'claim')
  const visit = () => {}
  const parsers = new Array(count).fill(undefined)
  feed(open(visit), chunk(), visit)
  const before = held()
  for (let index = 0; index < count; index++) {
    parsers[index] = open(visit)
    feed(parsers[index], chunk(), visit)
  }
  return { count, each: (held() - before) / count, kept: parsers.length }
}
