// The fields of packets to be encoded, and the errors for invalid values.

import { type EncodeErrorCode, encoderRuleOf } from '../error-rules.ts'
import { EncodeError } from '../errors.ts'
import { show, showType } from '../show.ts'

/** A field, with the name that the standard gives it and the property that holds it. */
export interface Field {
  readonly packetType: string | undefined
  /** The standard's name: `'Topic Filter'`. */
  readonly name: string
  /** The path from the packet to the value, with `[]` for an index: `'subscriptions[].topicFilter'`. */
  readonly property?: string
  /** The most specific statement that restricts the values. */
  readonly rule?: string | undefined
  /** Set if the value must not appear in a message. */
  readonly isSecret?: boolean
}

/** Returns a function that creates the fields of one packet type. */
export function fieldsOf(packetType: string): (name: string, property: string, rule?: string) => Field {
  return (name: string, property: string, rule?: string): Field => ({ packetType, name, property, rule })
}

/** The same field, whose value must not appear in a message. */
export function secret(field: Field): Field {
  return { ...field, isSecret: true }
}

/**
 * Throws an EncodeError that shows the value. A separate function keeps the callers small.
 *
 * @param requirement what the value must be: `'must be 0, 1 or 2'`
 * @param index the index of the entry, if the field is in a list
 */
export function refuse(
  code: EncodeErrorCode,
  field: Field,
  requirement: string,
  value: unknown,
  index?: number,
  rule?: string,
): never {
  refuseBecause(
    code,
    field,
    `${requirement}, not ${field.isSecret ? showType(value) : show(value)}`,
    index,
    rule,
  )
}

/** Throws an EncodeError with a reason that does not show the value. */
export function refuseBecause(
  code: EncodeErrorCode,
  { packetType, name, property }: Field,
  reason: string,
  index?: number,
  rule: string = encoderRuleOf(code),
): never {
  throw new EncodeError(code, {
    rule,
    packetType,
    field: name,
    property: index === undefined ? property : property?.replace('[]', `[${index}]`),
    reason,
  })
}

/** Throws an EncodeError for a value that is missing or of the wrong type. */
export function refuseType(field: Field, requirement: string, value: unknown, index?: number): never {
  const code = value === undefined || value === null ? 'missing-field' : 'wrong-field-type'
  refuse(code, field, requirement, value, index)
}
