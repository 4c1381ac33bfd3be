// Checks of the values to be encoded. Violations can be tolerated through the options.

import type { TolerableCode } from '../error-rules.ts'
import type { EncodeOptions } from '../options.ts'
import { MAX_UINT16 } from '../packet-types.ts'
import { byteArrayLength, isBytes, lengthOf, put } from '../wire/bytes.ts'
import { utf8Length } from '../wire/utf8.ts'
import { type Field, refuse, refuseBecause, refuseType } from './field.ts'
import { tolerates } from './options.ts'

/** Text or bytes; text is sent as UTF-8. */
export type Data = Uint8Array | string

type Options = EncodeOptions | undefined

/** Refuses a value that breaks a rule, unless the options tolerate it. The other parameters are those of {@link refuse}. */
export function refuseUnlessTolerated(
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

/** Checks a boolean. */
export function checkBoolean(value: unknown, field: Field): void {
  if (typeof value !== 'boolean') refuseType(field, 'must be a boolean', value)
}

/** Checks a QoS: 0, 1 or 2. */
export function checkQos(value: unknown, field: Field, index?: number): void {
  if (value === 0 || value === 1 || value === 2) return
  const requirement = 'must be 0, 1 or 2'
  if (typeof value !== 'number') refuseType(field, requirement, value, index)
  refuse('invalid-qos', field, requirement, value, index, field.rule)
}

/** Checks an integer of two bytes. */
export function checkUint16(value: unknown, field: Field): void {
  if (isUint16(value)) return
  const requirement = `must be an integer from 0 to ${MAX_UINT16}`
  if (typeof value !== 'number') refuseType(field, requirement, value)
  refuse('value-out-of-range', field, requirement, value, undefined, field.rule)
}

/** Checks a return code: a byte, and none that is reserved unless the options tolerate it. */
export function checkReturnCode(
  value: unknown,
  isReserved: (value: number) => boolean,
  code: TolerableCode,
  field: Field,
  requirement: string,
  options: Options,
  index?: number,
): number {
  if (typeof value !== 'number') refuseType(field, requirement, value, index)
  if ((value & 0xff) !== value) refuse(code, field, requirement, value, index)
  if (isReserved(value)) refuseUnlessTolerated(options, code, field, requirement, value, index)
  return value
}

function isUint16(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_UINT16
}

/** Whether the value is a packet identifier, 1 to 65,535. Masking the lower 16 bits changes every other number. */
export function isPacketIdentifier(value: unknown): boolean {
  return typeof value === 'number' && (value & 0xffff) === value && value !== 0
}

export function checkPacketIdentifier(value: unknown, field: Field, options: Options): void {
  if (!isPacketIdentifier(value)) checkUnusualPacketIdentifier(value, field, options)
}

/** Checks a value for which {@link isPacketIdentifier} returned false. Out of line to keep the path of every packet small. */
export function checkUnusualPacketIdentifier(value: unknown, field: Field, options: Options): void {
  const requirement = `must be an integer from 1 to ${MAX_UINT16}`
  if (value === 0) {
    refuseUnlessTolerated(options, 'packet-identifier-zero', field, requirement, value, undefined, field.rule) // [MQTT-2.3.1-1]
    return
  }
  if (typeof value !== 'number') refuseType(field, requirement, value, undefined, field.rule)
  refuse('value-out-of-range', field, requirement, value, undefined, field.rule)
}

/** Checks text and returns its length in UTF-8 bytes. */
export function checkText(text: unknown, field: Field, options: Options, index?: number): number {
  if (typeof text !== 'string') refuseType(field, 'must be a string', text, index)
  let length = utf8Length(text, false)
  if (length === 'null-character') {
    refuseUnlessTolerated(options, length, field, 'must not contain U+0000', text, index) // [MQTT-1.5.3-2]
    length = utf8Length(text, true)
  }
  if (typeof length === 'string') refuse(length, field, 'must not contain a lone surrogate', text, index) // [MQTT-1.5.3-1]
  return checkLength(length, field, index)
}

/** Checks length-prefixed binary data and returns its length in bytes. */
export function checkData(data: unknown, field: Field): number {
  return checkLength(checkPayload(data, field), field)
}

function checkLength(length: number, field: Field, index?: number): number {
  if (length > MAX_UINT16)
    refuseBecause('field-too-long', field, `must be at most ${MAX_UINT16} bytes long, not ${length}`, index) // §1.5.3 [MQTT-4.7.3-3]
  return length
}

/** Checks binary data and returns its length in bytes. */
export function checkPayload(data: unknown, field: Field): number {
  return byteArrayLength(data) || checkUnusualPayload(data, field)
}

/** Checks text, and byte arrays of length 0, whose memory may have been detached. Refuses everything else. */
function checkUnusualPayload(data: unknown, field: Field): number {
  if (typeof data === 'string') {
    const length = utf8Length(data, true)
    if (typeof length === 'string') refuseBecause(length, field, 'must not contain a lone surrogate')
    return length
  }
  const requirement = 'must be a string or a Uint8Array'
  if (!isBytes(data)) refuseType(field, requirement, data)
  const length = byteArrayLength(data)
  if (length === undefined || (length === 0 && !isReadable(data)))
    refuseBecause(
      'wrong-field-type',
      field,
      `${requirement}, not ${length === 0 ? 'a detached one' : 'one whose length property is overridden'}`,
    )
  return length
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0)

function isReadable(bytes: Uint8Array): boolean {
  try {
    put(NOTHING, 0, bytes)
    return true
  } catch {
    return lengthOf(bytes) > 0 // another thread has just made them grow
  }
}

/** The maximum number of entries in a list. */
const MAX_ENTRIES = 65_535

/**
 * Checks a list and returns its entries. Each entry is read once.
 *
 * @param field the field that one entry encodes
 * @param emptyCode the error code for an empty list
 * @param tooManyRule the rule of a `too-many-topic-filters` error; defaults to the code's own rule
 */
export function checkList(
  list: unknown,
  field: Field,
  emptyCode: 'no-topic-filter' | 'no-return-code',
  options: Options,
  tooManyRule?: string,
): unknown[] {
  if (!Array.isArray(list)) refuseType(field, 'must be an array', list)
  const { length } = list
  if (length === 0)
    refuseUnlessTolerated(
      options,
      emptyCode,
      field,
      'must have at least one entry',
      list,
      undefined,
      field.rule,
    )
  if (!Number.isInteger(length) || length < 0) refuseType(field, 'must be an array', list) // a proxy can report any length
  if (length > MAX_ENTRIES) {
    const reason = `must have at most ${MAX_ENTRIES} entries, not ${length}`
    refuseBecause('too-many-topic-filters', field, reason, undefined, tooManyRule)
  }
  const entries: unknown[] = []
  for (let index = 0; index < length; index++) entries.push(list[index])
  return entries
}
