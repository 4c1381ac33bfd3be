// Memory per connection whose peer sends the beginning of a packet and nothing more.

import { fixedHeader } from '../../dist/cli/bench/traffic/bytes.js'
import { load } from '../contestants.mjs'
import { heldEach } from '../measure/memory.mjs'

const BEGINNINGS = {
  claim: Buffer.concat([fixedHeader(0x30, 268_435_455), Buffer.from([0, 7, 0x61])]),
  'one byte': Buffer.from([0x30]),
}

export default async function ({ contestant: path, count, sent }) {
  return heldEach(await load(path, 'claim'), BEGINNINGS[sent], count)
}
