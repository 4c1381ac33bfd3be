// The corpus: all sections, in the order of the standard.

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
import { streams } from './streams.ts'
import { subackSection } from './suback.ts'
import { subscriptions } from './subscriptions.ts'
import { topics } from './topics.ts'
import { utf8 } from './utf8.ts'
import type { Vectors } from './vectors.d.cts'

const VERSION = '2.0.0'

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

export const corpus: Vectors = {
  version: VERSION,
  standard: 'MQTT 3.1.1, OASIS Standard, 29 October 2014',
  valid: SECTIONS.flatMap(({ valid = [] }) => valid),
  malformed: SECTIONS.flatMap(({ malformed = [] }) => malformed),
  streams: SECTIONS.flatMap(({ streams = [] }) => streams),
  headers: SECTIONS.flatMap(({ headers = [] }) => headers),
  matching: SECTIONS.flatMap(({ matching = [] }) => matching),
}

/** One row a line, so that a change shows as what it is. */
export function serialised(vectors: Vectors): string {
  const lists = Object.entries(vectors).map(([key, value]) => {
    const text = Array.isArray(value)
      ? `[\n${value.map((row) => JSON.stringify(row)).join(',\n')}\n]`
      : JSON.stringify(value)
    return `${JSON.stringify(key)}: ${text}`
  })
  return `{\n${lists.join(',\n')}\n}\n`
}
