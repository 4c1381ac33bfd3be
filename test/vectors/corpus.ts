// The corpus, in the order of the standard.

import { acknowledgements } from './acknowledgements.ts'
import { advisories } from './advisories.ts'
import { connackSection } from './connack.ts'
import { connectSection } from './connect.ts'
import { empty } from './empty.ts'
import { fixedHeader } from './fixed-header.ts'
import { mqtt31 } from './mqtt-31.ts'
import { publishSection } from './publish.ts'
import { receiver } from './receiver.ts'
import { remainingLength } from './remaining-length.ts'
import type { Section } from './rows.ts'
import { withLarge } from './runs.ts'
import { streams } from './streams.ts'
import { subackSection } from './suback.ts'
import { subscriptions } from './subscriptions.ts'
import { topics } from './topics.ts'
import { utf8 } from './utf8.ts'
import type { Vectors } from './vectors.d.cts'

const VERSION = '3.2.0'

const SECTIONS: readonly Section[] = [
  utf8,
  fixedHeader,
  remainingLength,
  streams,
  connectSection,
  connackSection,
  publishSection,
  acknowledgements,
  subscriptions,
  subackSection,
  empty,
  topics,
  receiver,
  mqtt31,
  advisories,
]

/** All rows, with large ones expanded. */
export const corpus: Omit<Vectors, 'large'> = {
  version: VERSION,
  standard: 'MQTT 3.1.1, OASIS Standard, 29 October 2014',
  valid: SECTIONS.flatMap(({ valid = [] }) => valid),
  malformed: SECTIONS.flatMap(({ malformed = [] }) => malformed),
  streams: SECTIONS.flatMap(({ streams = [] }) => streams),
  headers: SECTIONS.flatMap(({ headers = [] }) => headers),
  matching: SECTIONS.flatMap(({ matching = [] }) => matching),
}

/** One row per line, so that diffs are readable. */
export function serialized(vectors: Omit<Vectors, 'large'>): string {
  return `${lines(withLarge(vectors))}\n`
}

function lines(value: unknown): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[\n${value.map((row) => JSON.stringify(row)).join(',\n')}\n]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const lists = Object.entries(value).map(([key, list]) => `${JSON.stringify(key)}: ${lines(list)}`)
  return `{\n${lists.join(',\n')}\n}`
}
