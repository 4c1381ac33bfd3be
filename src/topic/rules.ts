// Topic names and topic filters, §4.7: validation and matching.

import type { TolerableCode } from '../error-rules.ts'
import { MAX_UINT16 } from '../packet-types.ts'
import type { TextViolation } from '../wire/reader.ts'
import { utf8Length } from '../wire/utf8.ts'

export const SEPARATOR = 0x2f
const SINGLE_LEVEL = 0x2b
const MULTI_LEVEL = 0x23

/** A field that contains a topic name, and the statement that forbids wildcards in it. */
export interface TopicNameField {
  readonly name: string
  readonly rule: string
}

// All three are ASCII, so the same code works on UTF-8 bytes and on UTF-16 code units.
type UnitAt = (index: number) => number | undefined

/** The index of the first wildcard, which a topic name must not have [MQTT-3.3.2-2] [MQTT-4.7.1-1], or undefined. */
export function wildcardAt(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let index = start; index < end; index++) {
    if (bytes[index] === SINGLE_LEVEL || bytes[index] === MULTI_LEVEL) return index
  }
  return undefined
}

/** The first misplaced wildcard of each kind, in order. */
export function misplacedWildcards(unitAt: UnitAt, start: number, end: number): TextViolation[] {
  const violations: TextViolation[] = []
  const add = (code: TolerableCode, index: number): void => {
    if (!violations.some((violation) => violation.code === code)) violations.push({ code, index })
  }
  for (let index = start; index < end; index++) {
    const unit = unitAt(index)
    const startsLevel = index === start || unitAt(index - 1) === SEPARATOR
    if (unit === MULTI_LEVEL) {
      if (!startsLevel || index + 1 < end) add('misplaced-multi-level-wildcard', index) // [MQTT-4.7.1-2]
    } else if (unit === SINGLE_LEVEL) {
      const endsLevel = index + 1 === end || unitAt(index + 1) === SEPARATOR
      if (!startsLevel || !endsLevel) add('misplaced-single-level-wildcard', index) // [MQTT-4.7.1-3]
    }
  }
  return violations
}

/** Whether the text has a wildcard, which a topic name must not have [MQTT-3.3.2-2] [MQTT-4.7.1-1]. */
export function hasWildcard(text: string): boolean {
  return text.includes('+') || text.includes('#')
}

export function filterViolations(filter: string): TextViolation[] {
  return hasWildcard(filter) ? misplacedWildcards((index) => filter.charCodeAt(index), 0, filter.length) : []
}

/** The rules for both names and filters: 1 to 65,535 bytes of well-formed UTF-8 without U+0000 (§4.7.3). */
function isTopicText(text: unknown): text is string {
  if (typeof text !== 'string' || text === '') return false // [MQTT-4.7.3-1]
  const length = utf8Length(text, false) // [MQTT-4.7.3-2]
  return typeof length === 'number' && length <= MAX_UINT16 // [MQTT-4.7.3-3]
}

/** Whether `text` is a valid topic name for a PUBLISH or a will: no wildcards [MQTT-4.7.1-1], and the rules of §4.7.3. */
export function isTopicName(text: string): boolean {
  return isTopicText(text) && !hasWildcard(text)
}

/** Whether each wildcard is the entire level, and `#` the last one [MQTT-4.7.1-2] [MQTT-4.7.1-3]. */
function hasValidWildcards(levels: readonly string[]): boolean {
  return levels.every(
    (level, index) => level === '+' || (level === '#' && index === levels.length - 1) || !hasWildcard(level),
  )
}

/** Whether `text` is a valid topic filter for SUBSCRIBE and UNSUBSCRIBE: §4.7.1 [MQTT-4.7.1-2] [MQTT-4.7.1-3] and §4.7.3. */
export function isTopicFilter(text: string): boolean {
  return isTopicText(text) && hasValidWildcards(text.split('/'))
}

/**
 * Whether the topic filter matches the topic name (§4.7), compared character by character without normalization
 * [MQTT-4.7.3-4]. Returns false if either is invalid: a level with a misplaced wildcard equals no level of a valid name.
 */
export function topicMatches(filter: string, topic: string): boolean {
  if (!isTopicText(filter) || !isTopicName(topic)) return false
  const wanted = filter.split('/')
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false // [MQTT-4.7.2-1]
  const levels = topic.split('/')
  const multiLevel = wanted.at(-1) === '#'
  if (multiLevel) wanted.pop() // it matches the parent and any number of child levels (§4.7.1.2)
  if (multiLevel ? levels.length < wanted.length : levels.length !== wanted.length) return false
  return wanted.every((level, index) => level === '+' || level === levels[index]) // [MQTT-4.7.3-4]
}
