// Floor 3. Topic names and topic filters, §4.7: what is well-formed, and which matches which.

import { MAX_UINT16 } from './control-packet.ts'
import { refuse, type TolerableCode } from './errors.ts'
import type { Breach, Reader } from './wire/reader.ts'
import { shortTopicBytes } from './wire/topic-bytes.ts'
import { topicCache } from './wire/topic-cache.ts'
import { asciiText, isPlainText, isPlainTopicName, utf8Length } from './wire/utf8.ts'
import { PREFIX_SIZE, textLength, writeText } from './wire/writer.ts'

const SEPARATOR = 0x2f
const SINGLE_LEVEL = 0x2b
const MULTI_LEVEL = 0x23
const REPLACEMENT = '\uFFFD'

// All three are ASCII, so that the rules read the same on UTF-8 bytes and on UTF-16 code units.
type UnitAt = (index: number) => number | undefined

function wildcardAt(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let index = start; index < end; index++) {
    if (bytes[index] === SINGLE_LEVEL || bytes[index] === MULTI_LEVEL) return index
  }
  return undefined
}

/** Every misplaced wildcard's first occurrence, in order. */
function misplacedWildcards(unitAt: UnitAt, start: number, end: number): Breach[] {
  const breaches: Breach[] = []
  const add = (code: TolerableCode, index: number): void => {
    if (!breaches.some((breach) => breach.code === code)) breaches.push({ code, index })
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
  return breaches
}

/** A field that holds a topic name, and the statement that forbids wildcards in it. */
export interface TopicNameField {
  readonly packetType: string
  readonly field: string
  readonly wildcardRule: string
}

/** Reads a topic name. */
export function readTopicName(reader: Reader, name: TopicNameField): string {
  const start = reader.prefixed(name.field)
  const { view, position: end, settings } = reader
  if (settings.limitsTopics) checkLimits(reader, name.field, start)
  return topicCache.find(view, start, end) ?? readNewTopicName(reader, name, start)
}

/** A topic name that is not known from before. Out of line, so that V8 makes one function of what known names go through. */
function readNewTopicName(reader: Reader, name: TopicNameField, start: number): string {
  const { view, position: end } = reader
  if (!isPlainTopicName(view, start, end)) return readUnusualTopicName(reader, name, start)
  const text = asciiText(reader.bytes, start, end)
  if (topicCache.sought !== 0) topicCache.add(view, start, end, text)
  return text
}

/** A topic name that is not plain: empty, beyond ASCII, ill-formed, or holding U+0000 or a wildcard. */
function readUnusualTopicName(reader: Reader, name: TopicNameField, start: number): string {
  const { field, wildcardRule } = name
  const { bytes, position: end } = reader
  if (start === end) reader.violation('empty-topic-name', field, start - PREFIX_SIZE) // [MQTT-4.7.3-1]
  const wildcard = wildcardAt(bytes, start, end)
  if (wildcard !== undefined) {
    const breach = { code: 'wildcard-in-topic-name', index: wildcard, rule: wildcardRule } as const // [MQTT-3.3.2-2] [MQTT-4.7.1-1]
    return reader.unusualText(field, start, [breach])
  }
  const text = reader.unusualText(field, start)
  if (topicCache.sought !== 0 && isTopicName(text) && !text.includes(REPLACEMENT)) {
    // With U+FFFD in it the bytes may have been ill-formed: let pass here, they are not to be known elsewhere.
    topicCache.add(reader.view, start, end, text)
  }
  return text
}

/** Reads a topic filter. */
export function readTopicFilter(reader: Reader): string {
  const field = 'Topic Filter'
  const start = reader.prefixed(field)
  const { bytes, position: end } = reader
  if (reader.settings.limitsTopics) checkLimits(reader, field, start)
  if (start === end) reader.violation('empty-topic-filter', field, start - PREFIX_SIZE) // [MQTT-4.7.3-1]
  const breaches =
    wildcardAt(bytes, start, end) === undefined ? [] : misplacedWildcards((index) => bytes[index], start, end)
  return breaches.length === 0 && isPlainText(reader.view, start, end)
    ? asciiText(bytes, start, end)
    : reader.unusualText(field, start, breaches)
}

/** The receiver's own limits on the topic from `start` to the reader's position. */
function checkLimits(reader: Reader, field: string, start: number): void {
  const { bytes, position: end, settings } = reader
  if (end - start > settings.maxTopicLength) reader.fail('topic-too-long', field, start - PREFIX_SIZE)
  let levels = 1
  for (let index = start; index < end; index++) {
    if (bytes[index] === SEPARATOR && ++levels > settings.maxTopicLevels) {
      reader.fail('too-many-topic-levels', field, index)
    }
  }
}

/** A topic name on its way out: its bytes, prefix included, to be copied before the next call. */
export function topicNameBytes(topic: unknown, name: TopicNameField): Uint8Array {
  return topicCache.bytesOf(topic) ?? shortTopicBytes(topic) ?? longTopicBytes(topic, name)
}

function longTopicBytes(topic: unknown, { packetType, field, wildcardRule }: TopicNameField): Uint8Array {
  const length = textLength(topic, packetType, field)
  if (length === PREFIX_SIZE) refuse('empty-topic-name', packetType, field) // [MQTT-4.7.3-1]
  if (hasWildcard(topic as string)) refuse('wildcard-in-topic-name', packetType, field, wildcardRule) // [MQTT-3.3.2-2] [MQTT-4.7.1-1]
  const bytes = new Uint8Array(length)
  writeText(bytes, 0, topic as string)
  return bytes
}

/** The bytes of a topic filter with its prefix, on its way out. */
export function topicFilterLength(filter: unknown, packetType: string): number {
  const field = 'Topic Filter'
  const length = textLength(filter, packetType, field)
  if (length === PREFIX_SIZE) refuse('empty-topic-filter', packetType, field) // [MQTT-4.7.3-1]
  const [breach] = filterBreaches(filter as string)
  if (breach !== undefined) refuse(breach.code, packetType, field)
  return length
}

function hasWildcard(text: string): boolean {
  return text.includes('+') || text.includes('#')
}

function filterBreaches(filter: string): Breach[] {
  return hasWildcard(filter) ? misplacedWildcards((index) => filter.charCodeAt(index), 0, filter.length) : []
}

/** What names and filters share: 1 to 65,535 bytes of well-formed UTF-8 without U+0000 (§4.7.3). */
function isTopicText(text: unknown): text is string {
  if (typeof text !== 'string' || text === '') return false // [MQTT-4.7.3-1]
  const length = utf8Length(text, false) // [MQTT-4.7.3-2]
  return typeof length === 'number' && length <= MAX_UINT16 // [MQTT-4.7.3-3]
}

/** Whether `text` is a topic name, as PUBLISH and wills carry it: no wildcards [MQTT-4.7.1-1], and the rules of §4.7.3. */
export function isTopicName(text: string): boolean {
  return isTopicText(text) && !hasWildcard(text)
}

/** Whether `text` is a topic filter, as SUBSCRIBE and UNSUBSCRIBE carry it: §4.7.1 [MQTT-4.7.1-2] [MQTT-4.7.1-3] and §4.7.3. */
export function isTopicFilter(text: string): boolean {
  return isTopicText(text) && filterBreaches(text).length === 0
}

/**
 * Whether the topic filter matches the topic name (§4.7), character by character, without normalising either
 * [MQTT-4.7.3-4]. False if one of them is none.
 */
export function topicMatches(filter: string, topic: string): boolean {
  if (!isTopicFilter(filter) || !isTopicName(topic)) return false
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false // [MQTT-4.7.2-1]
  const levels = topic.split('/')
  const wanted = filter.split('/')
  const multiLevel = wanted.at(-1) === '#'
  if (multiLevel) wanted.pop() // it stands for its parent and any number of child levels (§4.7.1.2)
  if (multiLevel ? levels.length < wanted.length : levels.length !== wanted.length) return false
  return wanted.every((level, index) => level === '+' || level === levels[index]) // [MQTT-4.7.3-4]
}
