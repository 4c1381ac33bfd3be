// Bytes per connection whose peer announces the largest packet there is and sends three bytes of it.

import { load } from '../contestants.mjs'
import { held } from '../measure/memory.mjs'
import { fixedHeader } from '../traffic/bytes.mjs'

const CLAIM = Buffer.concat([fixedHeader(0x30, 268_435_455), Buffer.from([0, 7, 0x61])])

export default async function ({ contestant: path, count }) {
  const { open, feed } = await load(path, 'claim')
  const visit = () => {}
  const parsers = new Array(count).fill(undefined)
  feed(open(visit), Buffer.from(CLAIM), visit)
  const before = held()
  for (let index = 0; index < count; index++) {
    parsers[index] = open(visit)
    feed(parsers[index], Buffer.from(CLAIM), visit)
  }
  return { count, each: (held() - before) / count, kept: parsers.length }
}
