// Refuses unknown field names. Otherwise a misspelled name would silently mean the default.

import { printable, truncate } from '../show.ts'
import { type Fields, refuseBecause } from './field.ts'

/** The names that other libraries use for the fields. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  type: ['cmd'],
  packetId: ['messageId', 'mid', 'packetIdentifier', 'identifier'],
  payload: ['message', 'data', 'body'],
  topic: ['topicName'],
  qos: ['qosLevel', 'requestedQoS'],
  retain: ['retainFlag'],
  dup: ['duplicate', 'dupFlag'],
  protocolLevel: ['protocolVersion', 'version'],
  bridge: ['bridgeMode'],
  cleanSession: ['clean', 'cleanStart'],
  keepAlive: ['keepAliveInterval'],
  clientId: ['identifier', 'id'],
  username: ['user'],
  password: ['pass'],
  will: ['lastWill', 'willMessage'],
  returnCode: ['connackCode'],
  returnCodes: ['granted', 'grantedQoS'],
  subscriptions: ['topicFilters', 'filters', 'topics'],
  topicFilters: ['unsubscriptions', 'filters', 'topics', 'subscriptions'],
  topicFilter: ['topic', 'filter'],
}

/** Fields that only MQTT 5 has. */
const MQTT_5_FIELDS = new Set(['properties', 'reasonCode', 'reasonCodes', 'nl', 'rap', 'rh', 'noLocal'])

/** Fields that other libraries add to decoded packets. */
const LENGTHS = new Set(['length', 'remainingLength'])

/**
 * Refuses own enumerable properties that are not known fields, unless their value is undefined. The values of known fields
 * are not read.
 *
 * @param read properties that were read before, with their values: they are not read again
 * @param index the index of the object, if it is an entry of a list
 */
export function checkFieldNames(object: object, known: Fields, read: object = {}, index?: number): void {
  // `for…in` takes half as long as `Object.keys`, which creates an array.
  for (const name in object) {
    if (
      !Object.hasOwn(known, name) &&
      Object.hasOwn(object, name) &&
      (Object.hasOwn(read, name) ? read : object)[name as keyof object] !== undefined
    )
      refuseName(name, known, index)
  }
}

function refuseName(name: string, fields: Fields, index: number | undefined): never {
  const { packetType, property } = Object.values(fields)[0]!
  const path = property!.slice(0, property!.lastIndexOf('.') + 1)
  const reason = `is an unknown field; ${suggestion(name, Object.keys(fields))}`
  refuseBecause('unknown-field', { packetType, property: path + printable(name) }, reason, index)
}

function suggestion(name: string, known: readonly string[]): string {
  const right = known.find((field) => ALIASES[field]?.includes(name)) ?? closest(name, known)
  if (right !== undefined) return `use ${right}`
  if (MQTT_5_FIELDS.has(name)) return 'only MQTT 5 has it'
  if (LENGTHS.has(name)) return 'the encoder computes lengths itself'
  return `the fields are ${known.join(', ')}`
}

/** The most similar known name: it differs in case, or in at most a third of its characters. */
function closest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const field of known) {
    const distance = editDistance(truncate(name).toLowerCase(), field.toLowerCase())
    if (distance < least && distance <= field.length / 3) {
      best = field
      least = distance
    }
  }
  return best
}

/** The Levenshtein distance: the insertions, deletions and replacements that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1]
    for (let other = 0; other < to.length; other++) {
      const replaced = row[other]! + (from[index] === to[other] ? 0 : 1)
      next.push(Math.min(replaced, row[other + 1]! + 1, next[other]! + 1))
    }
    row = next
  }
  return row.at(-1)!
}
