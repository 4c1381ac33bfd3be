// Topic names and topic filters, §4.7.

import { type Arbitrary, type Combinators, choose, maybe, record, some } from '../combinators.ts'
import { character, longText, shortText } from './text.ts'

/** A topic filter and a topic name that it matches (§4.7). */
export interface MatchingPair {
  readonly filter: string
  readonly topic: string
}

const MAX_LEVELS = 6

/** A level, possibly empty: any characters except the separator and the wildcards. */
function level(fc: Combinators): Arbitrary<string> {
  const inLevel = character(fc).map((drawn) => ('/+#'.includes(drawn) ? '-' : drawn))
  return choose(fc, [3, fc.constantFrom('a', 'b', 'sensor', '', '$SYS')], [2, shortText(fc, inLevel)])
}

/** Joins levels to a topic of at least one character [MQTT-4.7.3-1]. */
const topicOf = (parts: readonly string[]): string => parts.join('/') || 'a'

/** A short topic name. */
export function shortTopicName(fc: Combinators): Arbitrary<string> {
  return fc.array(level(fc), { maxLength: MAX_LEVELS }).map(topicOf)
}

/** A short topic filter, which may have wildcards. */
export function shortTopicFilter(fc: Combinators): Arbitrary<string> {
  const wanted = fc.array(choose(fc, [3, level(fc)], [1, fc.constant('+')]), { maxLength: MAX_LEVELS })
  const multiLevel = fc.constantFrom(false, false, true)
  return fc.tuple(wanted, multiLevel).map(([parts, multi]) => topicOf(multi ? [...parts, '#'] : parts))
}

/** A topic name of 1 to 65,535 bytes. */
export function topicName(fc: Combinators): Arbitrary<string> {
  return choose(fc, [24, shortTopicName(fc)], [1, longText(fc, '/', 'a', '\u{1F600}', '/é')])
}

/** A topic filter of 1 to 65,535 bytes. */
export function topicFilter(fc: Combinators): Arbitrary<string> {
  return choose(fc, [24, shortTopicFilter(fc)], [1, longText(fc, '/', 'a', '+/', '\u{1F600}')])
}

/** A filter derived from its topic: some levels become `+`, and `#` may replace any number of the last levels. */
export function matchingPair(fc: Combinators): Arbitrary<MatchingPair> {
  return record(fc, {
    levels: some<readonly [name: string, single: boolean]>(
      fc,
      fc.tuple(level(fc), fc.boolean()),
      MAX_LEVELS,
      ['a', false],
    ),
    multiLevel: maybe(fc, fc.integer({ min: 0, max: MAX_LEVELS })),
  }).map(({ levels, multiLevel }) => {
    const topic = topicOf(levels.map(([name]) => name))
    const literal = topic.startsWith('$') ? 1 : 0 // such topics match no filter that starts with a wildcard [MQTT-4.7.2-1]
    const filter = topic
      .split('/')
      .map((name, index) => (index >= literal && levels[index]?.[1] === true ? '+' : name))
    if (multiLevel !== undefined) filter.splice(Math.max(literal, multiLevel), filter.length, '#')
    return { filter: filter.join('/'), topic }
  })
}
