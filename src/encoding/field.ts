// The fields of packets to be encoded, and the errors for invalid values.

import { encoderRuleOf, type RefusalCode } from '../error-rules.ts'
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

const TYPE_NAME = 'Control Packet type'

/** The field that says which packet it is. */
export const TYPE: Field = { packetType: undefined, name: TYPE_NAME, property: 'type' }

/** The fields of a packet, or of an object inside a packet, by property. */
export type Fields<Property extends string = string> = Readonly<Record<Property, Field>>

/** What is particular to a field: only its name, unless it has a rule or is secret. */
type Row = string | Pick<Field, 'name' | 'rule' | 'isSecret'>

/**
 * Describes the fields of an object inside a packet.
 *
 * @param path the path from the packet to the object, with a trailing dot: `'subscriptions[].'`
 */
export function fieldsOf<Property extends string>(
  packetType: string,
  rows: Readonly<Record<Property, Row>>,
  path = '',
): Fields<Property> {
  const fields = Object.entries<Row>(rows).map(([property, row]): [string, Field] => [
    property,
    { ...(typeof row === 'string' ? { name: row } : row), packetType, property: path + property },
  ])
  return Object.fromEntries(fields) as Fields<Property>
}

/** The same as {@link fieldsOf} for a packet, with its `type`. */
export function packetFieldsOf<Property extends string>(
  packetType: string,
  rows: Readonly<Record<Property, Row>>,
): Fields<Property | 'type'> {
  return fieldsOf(packetType, { type: TYPE_NAME, ...rows })
}

/**
 * Throws an EncodeError that shows the value. A separate function keeps the callers small.
 *
 * @param requirement what the value must be: `'must be 0, 1 or 2'`
 * @param index the index of the entry, if the field is in a list
 */
export function refuse(
  code: RefusalCode,
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

let refusals = 0

/**
 * How many errors were created here. It shows whether a packet was refused or one of its getters threw, and unlike the last
 * error it keeps nothing alive: the stack trace of an error holds objects of the caller.
 */
export function refusalCount(): number {
  return refusals
}

/** Throws an EncodeError with a reason that does not show the value. */
export function refuseBecause(
  code: RefusalCode,
  { packetType, name, property }: Partial<Field>,
  reason: string,
  index?: number,
  rule: string = encoderRuleOf(code),
): never {
  refusals++
  throw new EncodeError(code, {
    rule,
    packetType,
    field: name,
    property: index === undefined ? property : property?.replace('[]', `[${index}]`),
    reason,
  })
}

/** Throws an EncodeError for a value that is missing or of the wrong type. */
export function refuseType(
  field: Field,
  requirement: string,
  value: unknown,
  index?: number,
  rule?: string,
): never {
  const code = value === undefined || value === null ? 'missing-field' : 'wrong-field-type'
  refuse(code, field, requirement, value, index, rule)
}
