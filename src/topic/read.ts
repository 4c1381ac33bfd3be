// Reads topic names and topic filters.

import type { Reader } from '../wire/reader.ts'
import { asciiText, illFormedAt, isPlainText, isPlainTopicName, nullAt } from '../wire/utf8.ts'
import { PREFIX_SIZE } from '../wire/writer.ts'
import { hashToKeep, keepText, textOf } from './cache-incoming.ts'
import { misplacedWildcards, SEPARATOR, type TopicNameField, wildcardAt } from './rules.ts'

/** Reads a topic name. */
export function readTopicName(reader: Reader, field: TopicNameField): string {
  const start = reader.skipPrefixed(field.name)
  const { view, position: end, settings } = reader
  if (settings.limitsTopics) checkLimits(reader, field.name, start)
  return textOf(view, start, end) ?? readNewTopicName(reader, field, start)
}

/** Reads a topic name that is not cached. Out of line, so that the path of cached names is small enough for V8 to inline. */
function readNewTopicName(reader: Reader, field: TopicNameField, start: number): string {
  const { view, position: end } = reader
  const hash = hashToKeep()
  if (!isPlainTopicName(view, start, end)) return readUnusualTopicName(reader, field, start, hash)
  const text = asciiText(reader.bytes, start, end)
  if (hash !== 0) keepText(view, start, end, text, hash)
  return text
}

/**
 * Reads a topic name that is empty, not printable ASCII, ill-formed, or has a wildcard.
 *
 * @param hash the hash to keep the name by, or 0; a parameter, because `onTolerated` may decode other names meanwhile
 */
function readUnusualTopicName(
  reader: Reader,
  { name, rule }: TopicNameField,
  start: number,
  hash: number,
): string {
  const { bytes, position: end } = reader
  if (start === end) reader.violation('empty-topic-name', name, start - PREFIX_SIZE, undefined, '') // [MQTT-4.7.3-1]
  const wildcard = wildcardAt(bytes, start, end)
  if (wildcard !== undefined) {
    const violation = { code: 'wildcard-in-topic-name', index: wildcard, rule } as const // [MQTT-3.3.2-2] [MQTT-4.7.1-1]
    return reader.unusualText(name, start, [violation])
  }
  const text = reader.unusualText(name, start)
  if (hash !== 0) keepText(reader.view, start, end, text, hash)
  return text
}

/** Checks a topic name as {@link readTopicName} does, and steps over it. No text is made of one that breaks no rule. */
export function skipTopicName(reader: Reader, field: TopicNameField): void {
  const start = reader.skipPrefixed(field.name)
  const { view, bytes, position: end } = reader
  if (!isPlainTopicName(view, start, end) && !isTopicNameAt(bytes, start, end))
    readUnusualTopicName(reader, field, start, 0)
}

/** Whether the bytes are those of a topic name: at least one, without wildcards and U+0000, and well-formed. */
function isTopicNameAt(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    start < end &&
    wildcardAt(bytes, start, end) === undefined &&
    nullAt(bytes, start, end) === undefined &&
    illFormedAt(bytes, start, end) === undefined
  )
}

/** Reads a topic filter. */
export function readTopicFilter(reader: Reader): string {
  const field = 'Topic Filter'
  const start = reader.skipPrefixed(field)
  const { bytes, position: end } = reader
  if (reader.settings.limitsTopics) checkLimits(reader, field, start)
  if (start === end) reader.violation('empty-topic-filter', field, start - PREFIX_SIZE, undefined, '') // [MQTT-4.7.3-1]
  const violations =
    wildcardAt(bytes, start, end) === undefined ? [] : misplacedWildcards((index) => bytes[index], start, end)
  return violations.length === 0 && isPlainText(reader.view, start, end)
    ? asciiText(bytes, start, end)
    : reader.unusualText(field, start, violations)
}

/** Checks the receiver's limits for the topic from `start` to the reader's position. */
function checkLimits(reader: Reader, field: string, start: number): void {
  const { bytes, position: end, settings } = reader
  if (end - start > settings.maxTopicLength)
    reader.fail('topic-too-long', field, start - PREFIX_SIZE, undefined, end - start)
  let levels = 1
  for (let index = start; index < end; index++) {
    if (bytes[index] === SEPARATOR && ++levels > settings.maxTopicLevels) {
      reader.fail('too-many-topic-levels', field, index, undefined, levels)
    }
  }
}
