// Checks of the values that are to be encoded. What breaks a rule is tolerated where the options say so.

import { tolerates } from './encode-options.ts'
import type { TolerableCode } from './errors.ts'
import { type Field, refuse, refuseBecause, refuseType } from './field.ts'
import type { EncodeOptions } from './options.ts'
import { MAX_UINT16 } from './packet-types.ts'
import { honestLength, isBytes, lengthOf, put } from './wire/bytes.ts'
import { utf8Length } from './wire/utf8.ts'

/** Text or bytes; text is sent as UTF-8. */
export type Data = Uint8Array | string

type Options = EncodeOptions | undefined

/** Refuses a value that breaks a rule, unless that is tolerated. The rest is as in {@link refuse}. */
export function violate(
  options: Options,
  code: TolerableCode,
  field: Field,
  requirement: string,
  value: unknown,
  index?: number,
  rule?: string,
): void {
  if (!tolerates(options, code, field.packetType)) refuse(code, field, requirement, value, index, rule)
}

/** A true or false that may be left out. */
export function checkBoolean(value: unknown, field: Field): void {
  if (value !== undefined && typeof value !== 'boolean') refuseType(field, 'is true or false', value)
}

/** A QoS, 0, 1 or 2. */
export function checkQos(value: unknown, field: Field, index?: number): void {
  if (value === 0 || value === 1 || value === 2) return
  const requirement = 'is 0, 1 or 2'
  if (typeof value !== 'number') refuseType(field, requirement, value, index)
  refuse('invalid-qos', field, requirement, value, index, field.rule)
}

/** A whole number of two bytes. */
export function checkUint16(value: unknown, field: Field): void {
  if (isUint16(value)) return
  const requirement = `is a whole number from 0 to ${MAX_UINT16}`
  if (typeof value !== 'number') refuseType(field, requirement, value)
  refuse('value-out-of-range', field, requirement, value, undefined, field.rule)
}

/** Whether it is a whole number of one byte. */
export function isByte(value: number): boolean {
  return (value & 0xff) === value
}

function isUint16(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MAX_UINT16 && Number.isInteger(value)
}

/** Whether it is a packet identifier, 1 to 65,535. The lower 16 bits alone tell: they leave nothing else as it is. */
export function isPacketIdentifier(value: unknown): boolean {
  return typeof value === 'number' && (value & 0xffff) === value && value !== 0
}

export function checkPacketIdentifier(value: unknown, field: Field, options: Options): void {
  if (!isPacketIdentifier(value)) checkUnusualPacketIdentifier(value, field, options)
}

/** What {@link isPacketIdentifier} is false for. Out of line, so that what every packet goes through is small. */
export function checkUnusualPacketIdentifier(value: unknown, field: Field, options: Options): void {
  const requirement = `is a whole number from 1 to ${MAX_UINT16}`
  if (value === 0) {
    violate(options, 'packet-identifier-zero', field, requirement, value, undefined, field.rule)
    return
  }
  const code =
    value === undefined || value === null
      ? 'missing-field'
      : typeof value === 'number'
        ? 'value-out-of-range'
        : 'wrong-field-type'
  refuse(code, field, requirement, value, undefined, field.rule)
}

/** The bytes of text in UTF-8. */
export function checkText(text: unknown, field: Field, options: Options, index?: number): number {
  if (typeof text !== 'string') refuseType(field, 'is a string', text, index)
  let length = utf8Length(text, false)
  if (length === 'null-character') {
    violate(options, length, field, 'holds no U+0000', text, index) // [MQTT-1.5.3-2]
    length = utf8Length(text, true)
  }
  if (typeof length === 'string') refuse(length, field, 'holds no lone surrogate', text, index) // [MQTT-1.5.3-1]
  return checkLength(length, field, index)
}

/** The bytes of binary data that has a prefix. */
export function checkData(data: unknown, field: Field): number {
  return checkLength(checkPayload(data, field), field)
}

function checkLength(length: number, field: Field, index?: number): number {
  if (length > MAX_UINT16)
    refuseBecause('field-too-long', field, `takes at most ${MAX_UINT16} bytes, not ${length}`, index) // §1.5.3 [MQTT-4.7.3-3]
  return length
}

/** The bytes of binary data. */
export function checkPayload(data: unknown, field: Field): number {
  return honestLength(data) || checkUnusualPayload(data, field)
}

/** Text, and bytes of which there are none: because their memory was detached, perhaps. */
function checkUnusualPayload(data: unknown, field: Field): number {
  if (typeof data === 'string') {
    const length = utf8Length(data, true)
    if (typeof length === 'string') refuseBecause(length, field, 'holds no lone surrogate')
    return length
  }
  const requirement = 'is a string or a Uint8Array'
  if (!isBytes(data) || lengthOf(data) > 0) refuseType(field, requirement, data)
  if (!isReadable(data)) refuseBecause('wrong-field-type', field, `${requirement}, not a detached one`)
  return 0
}

const NOTHING = new Uint8Array(0)

function isReadable(bytes: Uint8Array): boolean {
  try {
    put(NOTHING, 0, bytes)
    return true
  } catch {
    return false
  }
}

/** The most entries of a list. */
const MOST_ENTRIES = 65_535

/**
 * The entries of a list, each read once.
 *
 * @param field the entry's
 * @param emptyCode the code of the error if there is none
 * @param tooManyRule the section that `too-many-topic-filters` names; default the code's
 */
export function checkList(
  list: unknown,
  field: Field,
  emptyCode: 'no-topic-filter' | 'no-return-code',
  options: Options,
  tooManyRule?: string,
): unknown[] {
  if (!Array.isArray(list)) refuseType(field, 'is an array', list)
  const { length } = list
  if (length === 0) violate(options, emptyCode, field, 'has at least one entry', list, undefined, field.rule)
  if (!Number.isInteger(length) || length < 0) refuseType(field, 'is an array', list) // a proxy may say anything
  if (length > MOST_ENTRIES) {
    const reason = `has at most ${MOST_ENTRIES} entries, not ${length}`
    refuseBecause('too-many-topic-filters', field, reason, undefined, tooManyRule)
  }
  const entries: unknown[] = []
  for (let index = 0; index < length; index++) entries.push(list[index])
  return entries
}
