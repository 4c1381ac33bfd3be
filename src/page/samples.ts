// Examples to start from: a client's connection, and rows of the conformance corpus.

import type { ExplainOptions } from '../explain/index.ts'
import { encode, type PacketInput } from '../index.ts'
import { byId, element, option } from './dom.ts'
import { bytesOfHex } from './hex.ts'

export interface Sample {
  readonly bytes: Uint8Array
  readonly options: ExplainOptions
}

/** A group of rows, as written by the build. */
type Group = readonly [
  title: string,
  rows: readonly (readonly [name: string, hex: string, options?: ExplainOptions])[],
]

const CONNECTION: readonly PacketInput[] = [
  {
    type: 'connect',
    clientId: 'thermostat-7',
    keepAlive: 60,
    username: 'house',
    password: 'secret',
    will: { topic: 'house/status', payload: 'offline', qos: 1, retain: true },
  },
  {
    type: 'subscribe',
    packetId: 1,
    subscriptions: [
      { topicFilter: 'house/+/set', qos: 1 },
      { topicFilter: '$SYS/#', qos: 0 },
    ],
  },
  { type: 'publish', topic: 'house/größe/°C', payload: '21.5', qos: 1, packetId: 2, retain: true },
  { type: 'puback', packetId: 9 },
  { type: 'pingreq' },
  { type: 'disconnect' },
]

export const connection = (): Sample => {
  const packets = CONNECTION.map((packet) => [...encode(packet)])
  return { bytes: Uint8Array.from(packets.flat()), options: {} }
}

/** Fills a select element, and calls `onChoose` with the chosen entry. */
export function offerSamples(select: HTMLSelectElement, onChoose: (sample: Sample) => void): void {
  const groups = JSON.parse(byId('corpus').textContent!) as readonly Group[]
  const rows = groups.flatMap(([, rows]) => rows)
  let index = 0
  select.append(option('', 'choose…'), option('connection', 'A connection of a client'))
  for (const [title, ofGroup] of groups) {
    const made = element('optgroup', { label: title })
    for (const [name] of ofGroup) made.append(option(index++, name))
    select.append(made)
  }
  select.addEventListener('change', () => {
    if (select.value === 'connection') onChoose(connection())
    const row = rows[Number(select.value || Number.NaN)]
    if (row !== undefined) onChoose({ bytes: bytesOfHex(row[1])!, options: row[2] ?? {} })
  })
}
