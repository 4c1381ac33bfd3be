// Memory per idle parser: new, and after it has decoded packets.

import { bytesOf } from '../../dist/cli/bench/traffic/bytes.js'
import { load } from '../contestants.mjs'
import { held } from '../measure/memory.mjs'

const PACKETS = [
  { type: 'publish', topic: 'a/topic', payload: Buffer.from('a payload'), qos: 0, dup: false, retain: false },
  { type: 'pingreq' },
]

export default async function ({ contestant: path, count }) {
  const { open, feed } = await load(path, 'idle')
  const bytes = Buffer.concat(PACKETS.map(bytesOf))
  const visit = () => {}
  const parsers = new Array(count).fill(undefined)
  feed(open(visit), Buffer.from(bytes), visit) // excludes what is allocated once, on first use
  const before = held()
  for (let index = 0; index < count; index++) parsers[index] = open(visit)
  const fresh = held()
  for (let index = 0; index < count; index++) feed(parsers[index], Buffer.from(bytes), visit)
  const used = held()
  return { count, fresh: (fresh - before) / count, used: (used - before) / count, kept: parsers.length }
}
