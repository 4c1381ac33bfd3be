// Inputs with coverage that others do not have, one per line: the configuration, and the bytes in hexadecimal.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { encode } from '../../../dist/index.js'
import { generateMalformed, generatePackets, generateSessions } from '../../../dist/testing/index.js'
import { CONFIGURATIONS } from './configurations.mjs'

const FILE = new URL('../corpus/decoder.txt', import.meta.url)

export function loadCorpus() {
  if (!existsSync(FILE)) return []
  const lines = readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => {
    const [configuration, hex] = line.split(' ')
    return { configuration, bytes: Buffer.from(hex, 'hex') }
  })
}

export function saveCorpus(entries) {
  const lines = entries.map(
    ({ configuration, bytes }) => `${configuration} ${Buffer.from(bytes).toString('hex')}`,
  )
  writeFileSync(FILE, `${lines.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).join('\n')}\n`)
}

const LONGEST_PACKET = 512

/** Valid and malformed packets and streams to start from, and to splice with. */
export function seedPackets(seed) {
  const packets = [...generatePackets(seed, 400)].map((packet) => encode(packet))
  const malformed = [...generateMalformed(seed, 800)].map(({ bytes }) => bytes)
  const sessions = [...generateSessions(seed, 40)].map(({ bytes }) => bytes)
  return [...packets, ...malformed, ...sessions].filter(({ length }) => length <= LONGEST_PACKET)
}

/** Every stream with every configuration. */
export function underEachConfiguration(streams) {
  return Object.keys(CONFIGURATIONS).flatMap((configuration) =>
    streams.map((bytes) => ({ configuration, bytes })),
  )
}

/** A subset with the same coverage as all entries, preferably of short ones. */
export function leastCorpus(entries, tracer) {
  tracer.coverage.forget()
  const shortestFirst = [...entries].sort((a, b) => a.bytes.length - b.bytes.length)
  const kept = shortestFirst.filter(({ configuration, bytes }) => tracer.reachesNew(configuration, bytes))
  // A longer entry may have all the coverage of several shorter ones before it.
  tracer.coverage.forget()
  return kept.reverse().filter(({ configuration, bytes }) => tracer.reachesNew(configuration, bytes))
}
