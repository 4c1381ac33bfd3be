// Checks and encodes topic names and topic filters.

import { checkText, refuseUnlessTolerated } from '../encoding/checks.ts'
import type { Field } from '../encoding/field.ts'
import type { TolerableCode } from '../error-rules.ts'
import type { EncodeOptions } from '../options.ts'
import { isUnusualInTopicName, writeUtf8 } from '../wire/utf8.ts'
import { PREFIX_SIZE, writeUint16 } from '../wire/writer.ts'
import { bytesOf, keepBytes } from './cache-outgoing.ts'
import { filterViolations, hasWildcard } from './rules.ts'

/** The maximum length of a short name in UTF-16 code units. Each takes at most three bytes. */
const LONGEST = 128

const memory = /* @__PURE__ */ new Uint8Array(PREFIX_SIZE + 3 * LONGEST)
const views = Array.from({ length: memory.length + 1 }, (_, length) => memory.subarray(0, length))

/**
 * Returns the bytes of a valid short topic name, length prefix included; copy them before the next call. Returns undefined
 * if the name is empty or long, or contains a wildcard, U+0000 or a lone surrogate.
 */
export function shortTopicBytes(name: unknown): Uint8Array | undefined {
  if (typeof name !== 'string' || name.length > LONGEST) return undefined
  const { length } = name
  let end = PREFIX_SIZE
  let index = 0
  // Four characters at a time while all four are printable ASCII and no wildcard.
  for (; index + 3 < length; index += 4, end += 4) {
    const a = name.charCodeAt(index)
    const b = name.charCodeAt(index + 1)
    const c = name.charCodeAt(index + 2)
    const d = name.charCodeAt(index + 3)
    if ((a | b | c | d) > 0x7f || isUnusualInTopicName(a | (b << 8) | (c << 16) | (d << 24))) break
    memory[end] = a
    memory[end + 1] = b
    memory[end + 2] = c
    memory[end + 3] = d
  }
  for (; index < length; index++) {
    const unit = name.charCodeAt(index)
    if (unit < 0x80) {
      if (unit === 0 || unit === 0x23 || unit === 0x2b) return undefined
      memory[end++] = unit
    } else if (unit < 0x800) {
      memory[end++] = 0xc0 | (unit >> 6)
      memory[end++] = 0x80 | (unit & 0x3f)
    } else {
      const point = name.codePointAt(index)!
      if (point >= 0x1_0000) {
        memory[end++] = 0xf0 | (point >> 18)
        memory[end++] = 0x80 | ((point >> 12) & 0x3f)
        index++ // two units
      } else if (unit < 0xd800 || unit > 0xdfff) {
        memory[end++] = 0xe0 | (unit >> 12)
      } else {
        return undefined
      }
      memory[end++] = 0x80 | ((point >> 6) & 0x3f)
      memory[end++] = 0x80 | (point & 0x3f)
    }
  }
  if (end === PREFIX_SIZE) return undefined
  writeUint16(memory, 0, end - PREFIX_SIZE)
  const bytes = views[end]!
  keepBytes(name, bytes)
  return bytes
}

/** Returns the bytes of a topic name, length prefix included; copy them before the next call. */
export function topicNameBytes(topic: unknown, field: Field, options: EncodeOptions | undefined): Uint8Array {
  return bytesOf(topic) ?? shortTopicBytes(topic) ?? unusualTopicBytes(topic, field, options)
}

/** Encodes a topic name that is long, or breaks a rule. It is not cached. */
function unusualTopicBytes(topic: unknown, field: Field, options: EncodeOptions | undefined): Uint8Array {
  const length = checkTopicName(topic, field, options)
  const bytes = new Uint8Array(PREFIX_SIZE + length)
  writeUint16(bytes, 0, length)
  writeUtf8(bytes, PREFIX_SIZE, topic as string)
  return bytes
}

/** Checks a topic name and returns its length in UTF-8 bytes. The field's rule is the one that forbids wildcards. */
export function checkTopicName(topic: unknown, field: Field, options: EncodeOptions | undefined): number {
  const length = checkText(topic, field, options)
  if (length === 0)
    refuseUnlessTolerated(options, 'empty-topic-name', field, 'must have at least one character', topic) // [MQTT-4.7.3-1]
  if (hasWildcard(topic as string))
    refuseUnlessTolerated(
      options,
      'wildcard-in-topic-name',
      field,
      'must not contain wildcards',
      topic,
      undefined,
      field.rule,
    ) // [MQTT-3.3.2-2] [MQTT-4.7.1-1]
  return length
}

/** Checks a topic filter in a list and returns its length in UTF-8 bytes. */
export function checkTopicFilter(
  filter: unknown,
  field: Field,
  options: EncodeOptions | undefined,
  index: number,
): number {
  const length = checkText(filter, field, options, index)
  if (length === 0)
    refuseUnlessTolerated(
      options,
      'empty-topic-filter',
      field,
      'must have at least one character',
      filter,
      index,
    ) // [MQTT-4.7.3-1]
  for (const { code } of filterViolations(filter as string)) {
    const isMultiLevel = code === 'misplaced-multi-level-wildcard'
    const requirement = isMultiLevel
      ? 'must have # only as its entire last level'
      : 'must have + only as an entire level'
    refuseUnlessTolerated(options, code as TolerableCode, field, requirement, filter, index) // [MQTT-4.7.1-2] [MQTT-4.7.1-3]
  }
  return length
}
