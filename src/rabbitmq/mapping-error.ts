// The reasons why names cannot be converted between MQTT and RabbitMQ: one row per code.

import { MqttError } from '../index.ts'

/**
 * Why text cannot be converted, one row per code. `rule` is a section of AMQP 0-9-1, or the RabbitMQ
 * guide that describes the behavior.
 */
// biome-ignore format: a table, one row per code
export const MAPPING_ERRORS = {
  'separator-as-text': { rule: 'AMQP 0-9-1 §3.1.3.3', summary: 'the other side would read this character as a separator' },
  'wildcard-as-text': { rule: 'AMQP 0-9-1 §3.1.3.3', summary: 'the other side would read this character as a wildcard' },
  'separator-before-mark': { rule: 'AMQP 0-9-1 §3.1.3.3', summary: 'RabbitMQ reads a separator followed by a combining mark as one character' },
  'wildcard-not-last': { rule: 'MQTT-4.7.1-2', summary: '# must be the last level of a topic filter' },
  'name-too-long': { rule: 'AMQP 0-9-1 §4.2.5.3', summary: 'AMQP names must be at most 255 bytes long' },
  'colon-in-user': { rule: 'RabbitMQ MQTT guide', summary: 'RabbitMQ reads everything before the last colon as the virtual host' },
  'colons-on-two-lines': { rule: 'RabbitMQ MQTT guide', summary: 'RabbitMQ closes the connection if more than one line contains a colon' },
} as const

/** Why text cannot be converted: {@link MappingError.code}. */
export type MappingErrorCode = keyof typeof MAPPING_ERRORS

/** The properties of a {@link MappingError} besides its code. */
export interface MappingErrorDetails {
  /** The kind of name: `'Topic Name'`, `'Topic Filter'`, `'Routing Key'`, `'Binding Key'`, `'Queue Name'` or `'User Name'`. */
  readonly field: string
  /** The text, or its length in bytes if that is too large. */
  readonly found: string | number
  /** The index in the text, in UTF-16 code units; undefined if the whole text is the reason. */
  readonly index?: number | undefined
}

/** Thrown for text that would mean something else on the other side. */
export class MappingError extends MqttError {
  readonly code: MappingErrorCode
  /** The text, truncated to 64 characters, or its length in bytes if that is too large. */
  readonly found: string | number
  /** The index of the violation in the text, in UTF-16 code units; undefined if the whole text is the reason. */
  readonly index: number | undefined

  constructor(code: MappingErrorCode, { field, found, index }: MappingErrorDetails) {
    const { rule, summary } = MAPPING_ERRORS[code]
    const where = index === undefined ? '' : ` (index ${index})`
    super(`${field}: ${summary}, found ${quote(found)} [${rule}]${where}`, rule, undefined, field)
    this.code = code
    this.found = typeof found === 'string' ? found.slice(0, LONGEST) : found
    this.index = index
  }
}

// On the prototype, so that it is not an own property of each error.
Object.defineProperty(MappingError.prototype, 'name', {
  value: 'MappingError',
  configurable: true,
  writable: true,
})

const LONGEST = 64
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** At most 64 characters of a text, on one line and without terminal control characters. */
function quote(found: string | number): string {
  if (typeof found === 'number') return String(found)
  const shown = found.length <= LONGEST ? found : `${found.slice(0, LONGEST)}…`
  return JSON.stringify(shown).replace(INVISIBLE, (hidden) => `\\u{${hidden.codePointAt(0)!.toString(16)}}`)
}
