// The fields of packets that are to be encoded, and how to refuse what stands in one.

import { EncodeError, type EncodeErrorCode } from './errors.ts'
import { show, showType } from './show.ts'

/** A field, as the standard and as the caller name it. */
export interface Field {
  readonly packetType: string | undefined
  /** The standard's name: `'Topic Filter'`. */
  readonly name: string
  /** The path from the packet to the value, `[]` for the index of an entry: `'subscriptions[].topicFilter'`. */
  readonly property?: string
  /** The closest statement that demands the range of values. */
  readonly rule?: string | undefined
  /** Set if the value must not appear in a message. */
  readonly isSecret?: boolean
}

/** Makes the fields of one packet type. */
export function fieldsOf(packetType: string): (name: string, property: string, rule?: string) => Field {
  return (name: string, property: string, rule?: string): Field => ({ packetType, name, property, rule })
}

/**
 * Refuses a value. Out of line and never returning, so that its callers stay small.
 *
 * @param requirement what the value must be: `'is 0, 1 or 2'`
 * @param index of the entry, where the field stands in a list
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

/** Refuses a value for a reason that does not show it. */
export function refuseBecause(
  code: EncodeErrorCode,
  { packetType, name, property }: Field,
  reason: string,
  index?: number,
  rule?: string,
): never {
  throw new EncodeError(code, {
    rule,
    packetType,
    field: name,
    property: index === undefined ? property : property?.replace('[]', `[${index}]`),
    reason,
  })
}

/** Refuses a value that is absent, or of the wrong type. */
export function refuseType(field: Field, requirement: string, value: unknown, index?: number): never {
  const code = value === undefined || value === null ? 'missing-field' : 'wrong-field-type'
  refuse(code, field, requirement, value, index)
}
