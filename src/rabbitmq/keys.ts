// Converts topic names and filters to and from the keys of the topic exchange of RabbitMQ's MQTT plugin.

import { encodedLength } from '../index.ts'
import { MappingError, type MappingErrorCode } from './mapping-error.ts'
import { checkNameLength } from './name-length.ts'

/** How to treat text that cannot be converted. */
export interface MappingOptions {
  /**
   * Called once per code for text that cannot be converted. The function then returns the name to which RabbitMQ converts the
   * text. Without `onLoss`, the first loss is thrown.
   */
  readonly onLoss?: ((loss: MappingError) => void) | undefined
}

interface Loss {
  readonly code: MappingErrorCode
  readonly pattern: RegExp
}

/**
 * Characters that combine with the one before them: marks, joiners, skin tones, and two vowels that Unicode counts among them.
 * RabbitMQ splits text into such combinations, and does not see a separator that is only part of one.
 */
const MARK = String.raw`[\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}\u200D\u0E33\u0EB3]`

/** These characters have no meaning in MQTT but have one in AMQP, where they cannot be escaped. */
const IN_TOPIC: readonly Loss[] = [
  { code: 'separator-as-text', pattern: /\./ },
  { code: 'wildcard-as-text', pattern: /\*/ },
  { code: 'separator-before-mark', pattern: new RegExp(`/${MARK}`, 'u') },
]

const MARKED_DOT: Loss = { code: 'separator-before-mark', pattern: new RegExp(`\\.${MARK}`, 'u') }
const SEPARATORS = new RegExp(`\\.(?!${MARK})`, 'gu')
const SINGLE_WORDS = new RegExp(`\\*(?!${MARK})`, 'gu')

/** A topic name must not contain wildcards [MQTT-3.3.2-2], so neither may a key that becomes one. */
const IN_ROUTING_KEY: readonly Loss[] = [
  { code: 'separator-as-text', pattern: /\// },
  { code: 'wildcard-as-text', pattern: /[*+#]/ },
  MARKED_DOT,
]

/** In AMQP, * and # are wildcards only as whole words, and + never is. */
const IN_BINDING_KEY: readonly Loss[] = [
  { code: 'separator-as-text', pattern: /\// },
  { code: 'wildcard-as-text', pattern: /\+|[*#](?=[^.])|(?<=[^.])[*#]/ },
  MARKED_DOT,
  { code: 'wildcard-not-last', pattern: /(?<![^.])#(?=\.)/ }, // [MQTT-4.7.1-2]
]

/**
 * Returns the routing key with which the MQTT plugin publishes a topic name: `/` becomes `.`. Empty levels become empty words,
 * which RabbitMQ keeps.
 *
 * @param topic a topic name, 1 to 65,535 bytes in UTF-8
 * @returns the routing key, 1 to 255 bytes in UTF-8, which {@link routingKeyToTopic} converts back
 * @throws EncodeError if it is not a topic name: `wildcard-in-topic-name`, `empty-topic-name`, `null-character`,
 * `ill-formed-utf8`, `field-too-long`, `missing-field` or `wrong-field-type`
 * @throws MappingError unless `onLoss` is given: `separator-as-text` for `.` and `wildcard-as-text` for `*`, which an MQTT
 * subscriber of RabbitMQ would receive as `/` and `+`; `separator-before-mark` for `/` before a combining character,
 * which it would receive as `.`; `name-too-long` for more than 255 bytes, for which RabbitMQ closes the
 * connection of an AMQP consumer
 */
export function topicToRoutingKey(topic: string, options?: MappingOptions): string {
  encodedLength({ type: 'publish', topic, payload: '' })
  return toAmqp('Topic Name', topic, options)
}

/**
 * Returns the topic name that MQTT subscribers receive for a routing key: `.` becomes `/`.
 *
 * @param routingKey at most 255 bytes in UTF-8
 * @returns the topic name, which {@link topicToRoutingKey} converts back; with `onLoss` it may contain wildcards, as does
 * the PUBLISH that RabbitMQ sends, in violation of [MQTT-3.3.2-2]
 * @throws EncodeError if the result would not be a topic name for another reason: `empty-topic-name`, `null-character`, `ill-formed-utf8`,
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
 * Returns the binding key with which the MQTT plugin binds a subscription's queue: `/` becomes `.`, `+` becomes `*`, `#` stays.
 *
 * In RabbitMQ, a wildcard in the first level also matches topics that begin with `$`, in violation of [MQTT-4.7.2-1]. This
 * applies to AMQP bindings and to MQTT subscribers.
 *
 * @param filter a topic filter, 1 to 65,535 bytes in UTF-8
 * @returns the binding key, 1 to 255 bytes in UTF-8, which {@link bindingKeyToFilter} converts back
 * @throws EncodeError if it is not a topic filter: `misplaced-multi-level-wildcard`, `misplaced-single-level-wildcard`,
 * `empty-topic-filter`, `null-character`, `ill-formed-utf8`, `field-too-long`, `missing-field` or `wrong-field-type`
 * @throws MappingError unless `onLoss` is given: `separator-as-text` for `.`, `wildcard-as-text` for `*`, which would match any
 * level; `separator-before-mark` for `/` before a combining character; `name-too-long` for more than 255 bytes, which no AMQP client can bind
 */
export function filterToBindingKey(filter: string, options?: MappingOptions): string {
  assertTopicFilter(filter)
  return toAmqp('Topic Filter', filter, options)
}

/**
 * Returns the topic filter that matches the same topics as a binding key of a topic exchange: `.` becomes `/`, `*` becomes `+`, `#` stays.
 *
 * @param bindingKey at most 255 bytes in UTF-8
 * @returns the topic filter, which {@link filterToBindingKey} converts back; with `onLoss` its wildcards may be misplaced
 * @throws EncodeError if the result would not be a topic filter for another reason: `empty-topic-filter`, `null-character`, `ill-formed-utf8`,
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
  if (typeof key !== 'string') return key // the core reports the wrong type
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
