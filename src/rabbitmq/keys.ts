// Topic names and filters, and the keys of the topic exchange that RabbitMQ's MQTT plugin publishes to.

import { encodedLength } from '../index.ts'
import { MappingError, type MappingErrorCode } from './mapping-error.ts'
import { checkNameLength } from './name-length.ts'

/** How to treat what does not survive. */
export interface MappingOptions {
  /**
   * Called for everything that does not survive, once per code; the result is then what RabbitMQ makes of the text.
   * Without it, the first of them is thrown.
   */
  readonly onLoss?: ((loss: MappingError) => void) | undefined
}

interface Loss {
  readonly code: MappingErrorCode
  readonly pattern: RegExp
}

/**
 * What combines with the character before it into one that the reader sees: marks, joiners, skin tones, and two vowels that
 * Unicode counts among them. RabbitMQ splits into such characters, and so misses a separator that is only part of one.
 */
const MARK = String.raw`[\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}\u200D\u0E33\u0EB3]`

/** Both have no meaning in MQTT and one in AMQP, where they cannot be escaped. */
const IN_TOPIC: readonly Loss[] = [
  { code: 'separator-as-text', pattern: /\./ },
  { code: 'wildcard-as-text', pattern: /\*/ },
  { code: 'separator-before-mark', pattern: new RegExp(`/${MARK}`, 'u') },
]

const MARKED_DOT: Loss = { code: 'separator-before-mark', pattern: new RegExp(`\\.${MARK}`, 'u') }
const SEPARATORS = new RegExp(`\\.(?!${MARK})`, 'gu')
const SINGLE_WORDS = new RegExp(`\\*(?!${MARK})`, 'gu')

/** A topic name holds no wildcard [MQTT-3.3.2-2], so neither may a key that becomes one. */
const IN_ROUTING_KEY: readonly Loss[] = [
  { code: 'separator-as-text', pattern: /\// },
  { code: 'wildcard-as-text', pattern: /[*+#]/ },
  MARKED_DOT,
]

/** In AMQP, * and # are wildcards as whole words only, and + never is. */
const IN_BINDING_KEY: readonly Loss[] = [
  { code: 'separator-as-text', pattern: /\// },
  { code: 'wildcard-as-text', pattern: /\+|[*#](?=[^.])|(?<=[^.])[*#]/ },
  MARKED_DOT,
  { code: 'wildcard-not-last', pattern: /(?<![^.])#(?=\.)/ }, // [MQTT-4.7.1-2]
]

/**
 * The routing key that the MQTT plugin publishes a topic name with: `/` becomes `.`. Empty levels become empty words,
 * which RabbitMQ keeps.
 *
 * @param topic a topic name, 1 to 65,535 bytes in UTF-8
 * @returns the routing key, 1 to 255 bytes in UTF-8, to which {@link routingKeyToTopic} is the way back
 * @throws EncodeError if it is no topic name: `wildcard-in-topic-name`, `empty-topic-name`, `null-character`,
 * `ill-formed-utf8`, `field-too-long`, `missing-field` or `wrong-field-type`
 * @throws MappingError unless `onLoss` is given: `separator-as-text` for `.` and `wildcard-as-text` for `*`, which an MQTT
 * subscriber of RabbitMQ would receive as `/` and `+`; `separator-before-mark` for a `/` that a combining character follows,
 * which it would receive as `.`; `name-too-long` for more than 255 bytes, at which RabbitMQ closes the
 * connection of an AMQP consumer
 */
export function topicToRoutingKey(topic: string, options?: MappingOptions): string {
  encodedLength({ type: 'publish', topic, payload: '' })
  return toAmqp('Topic Name', topic, options)
}

/**
 * The topic name that an MQTT subscriber receives a routing key as: `.` becomes `/`.
 *
 * @param routingKey at most 255 bytes in UTF-8
 * @returns the topic name, to which {@link topicToRoutingKey} is the way back; with `onLoss` it may hold wildcards, as the
 * PUBLISH that RabbitMQ sends then does, against [MQTT-3.3.2-2]
 * @throws EncodeError if it would be no topic name otherwise: `empty-topic-name`, `null-character`, `ill-formed-utf8`,
 * `missing-field` or `wrong-field-type`
 * @throws MappingError unless `onLoss` is given: `separator-as-text` for `/`, `wildcard-as-text` for `*`, `+` and `#`,
 * `separator-before-mark` for `.` before a combining character, `name-too-long` for more than 255 bytes
 */
export function routingKeyToTopic(routingKey: string, options?: MappingOptions): string {
  const topic = toMqtt('Routing Key', routingKey, IN_ROUTING_KEY, options)
  encodedLength({ type: 'publish', topic, payload: '' }, { tolerate: ['wildcard-in-topic-name'] })
  return topic
}

/**
 * The binding key that the MQTT plugin binds a subscription's queue with: `/` becomes `.`, `+` becomes `*`, `#` stays.
 *
 * To RabbitMQ a wildcard in the first level matches topics that begin with `$`, too, against [MQTT-4.7.2-1]: for AMQP
 * bindings and for its MQTT subscribers.
 *
 * @param filter a topic filter, 1 to 65,535 bytes in UTF-8
 * @returns the binding key, 1 to 255 bytes in UTF-8, to which {@link bindingKeyToFilter} is the way back
 * @throws EncodeError if it is no topic filter: `misplaced-multi-level-wildcard`, `misplaced-single-level-wildcard`,
 * `empty-topic-filter`, `null-character`, `ill-formed-utf8`, `field-too-long`, `missing-field` or `wrong-field-type`
 * @throws MappingError unless `onLoss` is given: `separator-as-text` for `.`, `wildcard-as-text` for `*`, which as a whole
 * level would match any; `separator-before-mark` for `/` before a combining character; `name-too-long` for more than 255 bytes, which no AMQP client can bind
 */
export function filterToBindingKey(filter: string, options?: MappingOptions): string {
  assertTopicFilter(filter)
  return toAmqp('Topic Filter', filter, options)
}

/**
 * The topic filter that matches what a binding key of a topic exchange matches: `.` becomes `/`, `*` becomes `+`, `#` stays.
 *
 * @param bindingKey at most 255 bytes in UTF-8
 * @returns the topic filter, to which {@link filterToBindingKey} is the way back; with `onLoss` its wildcards may be misplaced
 * @throws EncodeError if it would be no topic filter otherwise: `empty-topic-filter`, `null-character`, `ill-formed-utf8`,
 * `missing-field` or `wrong-field-type`
 * @throws MappingError unless `onLoss` is given: `separator-as-text` for `/`; `wildcard-as-text` for `+`, and for `*` and `#`
 * beside other characters of a word; `separator-before-mark` for `.` before a combining character; `wildcard-not-last` for `#` before other words; `name-too-long` for more than 255 bytes
 */
export function bindingKeyToFilter(bindingKey: string, options?: MappingOptions): string {
  const filter = toMqtt('Binding Key', bindingKey, IN_BINDING_KEY, options)
  assertTopicFilter(filter, ['misplaced-multi-level-wildcard', 'misplaced-single-level-wildcard'])
  return filter
}

type Misplaced = 'misplaced-multi-level-wildcard' | 'misplaced-single-level-wildcard'

function assertTopicFilter(topicFilter: string, tolerate: readonly Misplaced[] = []): void {
  encodedLength({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter }] }, { tolerate })
}

function toAmqp(field: string, text: string, options: MappingOptions | undefined): string {
  report(field, text, IN_TOPIC, options)
  const key = text.replaceAll('/', '.').replaceAll('+', '*')
  checkNameLength(field, key, options?.onLoss)
  return key
}

function toMqtt(
  field: string,
  key: string,
  losses: readonly Loss[],
  options: MappingOptions | undefined,
): string {
  if (typeof key !== 'string') return key // the core says what it should be
  report(field, key, losses, options)
  checkNameLength(field, key, options?.onLoss)
  return key.replace(SEPARATORS, '/').replace(SINGLE_WORDS, '+')
}

function report(
  field: string,
  text: string,
  losses: readonly Loss[],
  options: MappingOptions | undefined,
): void {
  for (const { code, pattern } of losses) {
    const match = pattern.exec(text)
    if (match === null) continue
    const loss = new MappingError(code, { field, found: text, index: match.index })
    if (options?.onLoss === undefined) throw loss
    options.onLoss(loss)
  }
}
