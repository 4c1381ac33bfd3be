// Topic names and topic filters, §4.7.

import { type Arbitrary, type Combinators, choose, record } from '../combinators.ts'
import { character, longText, shortText } from './text.ts'

/** A topic filter and a topic name that it matches (§4.7). */
export interface MatchingPair {
  readonly filter: string
  readonly topic: string
}

const MAX_LEVELS = 6

/** A level: any characters but the separator and the wildcards, none included. */
function level(fc: Combinators): Arbitrary<string> {
  const inLevel = character(fc).map((drawn) => ('/+#'.includes(drawn) ? '-' : drawn))
  return choose(fc, [3, fc.constantFrom('a', 'b', 'sensor', '', '$SYS')], [2, shortText(fc, inLevel)])
}

/** Levels that make up a topic of at least one character [MQTT-4.7.3-1]. */
function levels<Level extends string>(of: Arbitrary<Level>, fc: Combinators): Arbitrary<string[]> {
  return fc
    .array(of, { minLength: 1, maxLength: MAX_LEVELS })
    .map((drawn) => (drawn.length === 1 && drawn[0] === '' ? ['a'] : drawn))
}

/** A topic name of some levels. */
export function shortTopicName(fc: Combinators): Arbitrary<string> {
  return levels(level(fc), fc).map((drawn) => drawn.join('/'))
}

/** A topic filter of some levels, wildcards among them. */
export function shortTopicFilter(fc: Combinators): Arbitrary<string> {
  const drawn = levels(choose(fc, [3, level(fc)], [1, fc.constant('+')]), fc)
  return fc
    .tuple(drawn, fc.constantFrom('', '', '/#', '#'))
    .map(([list, end]) => (end === '#' ? '#' : list.join('/') + end))
}

/** A topic name of 1 to 65,535 bytes. */
export function topicName(fc: Combinators): Arbitrary<string> {
  return choose(fc, [24, shortTopicName(fc)], [1, longText(fc, '/', 'a', '\u{1F600}', '/é')])
}

/** A topic filter of 1 to 65,535 bytes. */
export function topicFilter(fc: Combinators): Arbitrary<string> {
  return choose(fc, [24, shortTopicFilter(fc)], [1, longText(fc, '/', 'a', '+/', '\u{1F600}')])
}

/** A filter made of its topic: some levels become `+`, and `#` may stand for the last of them, or for none. */
export function matchingPair(fc: Combinators): Arbitrary<MatchingPair> {
  return record(fc, {
    names: levels(level(fc), fc),
    singles: fc.array(fc.boolean(), { minLength: MAX_LEVELS, maxLength: MAX_LEVELS }),
    multi: choose(fc, [1, fc.constant(undefined)], [1, fc.integer({ min: 0, max: MAX_LEVELS })]),
  }).map(({ names, singles, multi }) => {
    const literal = names[0]!.startsWith('$') ? 1 : 0 // no wildcard may stand first there [MQTT-4.7.2-1]
    const wanted = names.map((name, index) => (singles[index] === true && index >= literal ? '+' : name))
    if (multi !== undefined) wanted.splice(Math.max(literal, multi), wanted.length, '#')
    return { filter: wanted.join('/'), topic: names.join('/') }
  })
}
