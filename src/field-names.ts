// Fields that a packet type does not have. A misspelt name would otherwise mean the default, silently.

import { EncodeError } from './errors.ts'
import { cut, printable } from './show.ts'

/** The names of the fields of a packet, or of an object inside of one. */
export interface FieldNames {
  readonly packetType: string
  /** The path from the packet to the object, with a dot at its end: `'subscriptions[].'`. */
  readonly path: string
  readonly names: ReadonlySet<string>
}

export function fieldNames(packetType: string, names: readonly string[], path = ''): FieldNames {
  return { packetType, path, names: new Set(names) }
}

/** What other libraries call the fields. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  type: ['cmd'],
  packetId: ['messageId', 'mid', 'packetIdentifier', 'identifier'],
  payload: ['message', 'data', 'body'],
  topic: ['topicName'],
  qos: ['QoS', 'qosLevel', 'requestedQoS'],
  retain: ['retained', 'retainFlag'],
  dup: ['duplicate', 'dupFlag'],
  protocolName: ['protocolId'],
  protocolLevel: ['protocolVersion', 'version'],
  bridge: ['bridgeMode'],
  cleanSession: ['clean', 'cleanStart'],
  keepAlive: ['keepalive', 'keepAliveInterval'],
  clientId: ['identifier', 'id'],
  username: ['user'],
  password: ['pass'],
  will: ['lastWill', 'willMessage'],
  returnCode: ['reasonCode', 'connackCode'],
  returnCodes: ['granted', 'reasonCodes', 'grantedQoS'],
  subscriptions: ['topicFilters', 'filters', 'topics'],
  topicFilters: ['unsubscriptions', 'filters', 'topics', 'subscriptions'],
  topicFilter: ['topic', 'filter'],
}

/** What MQTT 5 has and MQTT 3.1.1 has not. */
const MQTT_5 = new Set(['properties', 'reasonCode', 'reasonCodes', 'nl', 'rap', 'rh', 'noLocal'])

/** What other libraries set on the packets that they decode. */
const COUNTED = new Set(['length', 'remainingLength'])

/**
 * Refuses fields that the object does not have. Own enumerable properties count whose value is not undefined; the value of a
 * known one is not read.
 *
 * @param index of the entry, where the object stands in a list
 */
export function checkFieldNames(object: object, known: FieldNames, index?: number): void {
  // Without an array of the keys it takes half as long.
  for (const name in object) {
    if (!known.names.has(name) && Object.hasOwn(object, name) && object[name as keyof object] !== undefined)
      refuseName(name, known, index)
  }
}

function refuseName(name: string, { packetType, path, names }: FieldNames, index: number | undefined): never {
  const known = [...names]
  throw new EncodeError('unknown-field', {
    packetType,
    property: `${index === undefined ? path : path.replace('[]', `[${index}]`)}${printable(name)}`,
    reason: `is an unknown field; ${advice(name, known)}`,
  })
}

function advice(name: string, known: readonly string[]): string {
  const right = known.find((field) => OTHER_NAMES[field]?.includes(name)) ?? closest(name, known)
  if (right !== undefined) return `use ${right}`
  if (MQTT_5.has(name)) return 'only MQTT 5 has it'
  if (COUNTED.has(name)) return 'lengths are counted for you'
  return `the fields are ${known.join(', ')}`
}

/** The known name that differs in case, or in at most a third of its characters. */
function closest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const field of known) {
    const distance = editDistance(cut(name).toLowerCase(), field.toLowerCase())
    if (distance < least && distance <= field.length / 3) {
      best = field
      least = distance
    }
  }
  return best
}

/** The insertions, deletions and replacements that make one text of the other (Levenshtein). */
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
