import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EncodeError, isTopicFilter, isTopicName, MqttError, type QoS } from '../../src/index.ts'
import {
  bindingKeyToFilter,
  filterToBindingKey,
  joinUserName,
  MAPPING_ERRORS,
  MappingError,
  parseQueueName,
  queueName,
  routingKeyToTopic,
  splitUserName,
  topicToRoutingKey,
} from '../../src/rabbitmq/index.ts'
import { arbitraries } from '../../src/testing/index.ts'
import { caught } from '../support/malformed.ts'
import { FILTERS, LOST_KEYS, LOST_TOPICS, TOPICS, USER_NAMES } from './rows.ts'

const { topicName, topicFilter } = arbitraries(fc)

describe.each(TOPICS)('the topic name $topic', ({ topic, key }) => {
  test('has a routing key that maps back to it', () => {
    expect(topicToRoutingKey(topic)).toBe(key)
    expect(routingKeyToTopic(key)).toBe(topic)
  })
})

describe.each(FILTERS)('the topic filter $filter', ({ filter, key }) => {
  test('has a binding key that maps back to it', () => {
    expect(filterToBindingKey(filter)).toBe(key)
    expect(bindingKeyToFilter(key)).toBe(filter)
  })
})

/** The result of a function, and the codes that it reports. */
function reported(map: (text: string, options: object) => string, text: string): [string, string[]] {
  const codes: string[] = []
  const result = map(text, { onLoss: (loss: MappingError) => codes.push(loss.code) })
  return [result, codes]
}

describe.each(LOST_TOPICS)('the topic name $topic', ({ topic, key, code, index }) => {
  test('is refused, and why', () => {
    const error = caught(() => topicToRoutingKey(topic)) as MappingError
    expect(error).toBeInstanceOf(MappingError)
    expect(error).toMatchObject({ code, index, found: topic, field: 'Topic Name', name: 'MappingError' })
    expect(caught(() => filterToBindingKey(topic))).toMatchObject({ code, index, field: 'Topic Filter' })
  })

  test('is reported to onLoss, and converted as RabbitMQ does', () => {
    const [result, codes] = reported(topicToRoutingKey, topic)
    expect(result).toBe(key)
    expect(codes[0]).toBe(code)
  })
})

describe.each(LOST_KEYS)('the routing key $key', ({ key, topic, code, index }) => {
  test('is refused, and why', () => {
    expect(caught(() => routingKeyToTopic(key))).toMatchObject({
      code,
      index,
      found: key,
      field: 'Routing Key',
    })
  })

  test('is reported to onLoss, and converted as RabbitMQ does', () => {
    const [result, codes] = reported(routingKeyToTopic, key)
    expect(result).toBe(topic)
    expect(codes[0]).toBe(code)
  })
})

// biome-ignore format: one row per key
test.each([
  ['a.b/c', 'separator-as-text', 3, 'a/b/c'],
  ['a.+', 'wildcard-as-text', 2, 'a/+'],
  ['a*', 'wildcard-as-text', 1, 'a+'],
  ['*a', 'wildcard-as-text', 0, '+a'],
  ['a.b*c.d', 'wildcard-as-text', 3, 'a/b+c/d'],
  ['a.#b', 'wildcard-as-text', 2, 'a/#b'],
  ['##', 'wildcard-as-text', 0, '##'],
  ['#.b', 'wildcard-not-last', 0, '#/b'],
  ['a.#.b', 'wildcard-not-last', 2, 'a/#/b'],
  ['#.#', 'wildcard-not-last', 0, '#/#'],
])('the binding key %j is refused: %s', (key, code, index, filter) => {
  expect(caught(() => bindingKeyToFilter(key))).toMatchObject({ code, index, field: 'Binding Key' })
  expect(reported(bindingKeyToFilter, key)).toEqual([filter, [code]])
})

test('each code is reported once', () => {
  expect(reported(topicToRoutingKey, 'a.b.*/*')).toEqual([
    'a.b.*.*',
    ['separator-as-text', 'wildcard-as-text'],
  ])
})

describe('invalid arguments', () => {
  const LONG = 'x'.repeat(65_536)

  // biome-ignore format: one row per value
  test.each([
    [topicToRoutingKey, '', 'empty-topic-name'],
    [topicToRoutingKey, 'a/+', 'wildcard-in-topic-name'],
    [topicToRoutingKey, 'a\0', 'null-character'],
    [topicToRoutingKey, '\ud800', 'ill-formed-utf8'],
    [topicToRoutingKey, LONG, 'field-too-long'],
    [topicToRoutingKey, undefined, 'missing-field'],
    [topicToRoutingKey, 7, 'wrong-field-type'],
    [filterToBindingKey, '', 'empty-topic-filter'],
    [filterToBindingKey, 'a#', 'misplaced-multi-level-wildcard'],
    [filterToBindingKey, 'a+', 'misplaced-single-level-wildcard'],
    [filterToBindingKey, 'a\0', 'null-character'],
    [filterToBindingKey, LONG, 'field-too-long'],
    [filterToBindingKey, undefined, 'missing-field'],
    [routingKeyToTopic, '', 'empty-topic-name'],
    [routingKeyToTopic, 'a\0', 'null-character'],
    [routingKeyToTopic, '\ud800', 'ill-formed-utf8'],
    [routingKeyToTopic, undefined, 'missing-field'],
    [routingKeyToTopic, 7, 'wrong-field-type'],
    [bindingKeyToFilter, '', 'empty-topic-filter'],
    [bindingKeyToFilter, '\udc00', 'ill-formed-utf8'],
    [bindingKeyToFilter, null, 'missing-field'],
    [(id: string) => queueName(id, 1), '', 'empty-client-identifier'],
    [(id: string) => queueName(id, 1), 'a\0', 'null-character'],
    [(id: string) => queueName(id, 1), undefined, 'missing-field'],
  ])('%o refuses %j: %s', (map, value, code) => {
    const error = caught(() => map(value as string))
    expect(error).toBeInstanceOf(EncodeError)
    expect(error).toMatchObject({ code })
  })

  test('are not reported, but always thrown', () => {
    for (const [map, text] of [
      [topicToRoutingKey, 'a\0'],
      [routingKeyToTopic, ''],
      [bindingKeyToFilter, ''],
    ] as const)
      expect(() => reported(map, text)).toThrow(EncodeError)
  })
})

describe('255 bytes', () => {
  const { rule } = MAPPING_ERRORS['name-too-long']

  // biome-ignore format: one row per function
  test.each([
    [topicToRoutingKey, 'Topic Name', ''],
    [routingKeyToTopic, 'Routing Key', ''],
    [filterToBindingKey, 'Topic Filter', ''],
    [bindingKeyToFilter, 'Binding Key', ''],
    [(id: string) => queueName(id, 0), 'Queue Name', 'mqtt-subscription-qos0'],
  ])('%o counts bytes, not characters', (map, field, rest) => {
    const room = 255 - rest.length
    for (const character of ['a', 'é', '温', '😀']) {
      const bytes = Buffer.byteLength(character)
      const longest = character.repeat(Math.floor(room / bytes)) + 'a'.repeat(room % bytes)
      expect(Buffer.byteLength(map(longest)) - rest.length).toBe(room)
      const error = caught(() => map(`${longest}a`))
      expect(error).toMatchObject({ code: 'name-too-long', found: 256, index: undefined, field, rule })
      expect((error as Error).message).toContain('found 256')
    }
  })
})

describe('queues', () => {
  const NAMES: readonly [string, QoS, string][] = [
    ['c', 0, 'mqtt-subscription-cqos0'],
    ['c', 1, 'mqtt-subscription-cqos1'],
    ['c', 2, 'mqtt-subscription-cqos1'],
    ['aqos1', 0, 'mqtt-subscription-aqos1qos0'],
    ['größe/+#. \n', 1, 'mqtt-subscription-größe/+#. \nqos1'],
  ]

  test.each(NAMES)('of %j, QoS %i', (clientId, qos, name) => {
    expect(queueName(clientId, qos)).toBe(name)
    expect(parseQueueName(name)).toEqual({ clientId, qos: Math.min(qos, 1) })
  })

  test.each([
    '',
    'mqtt-subscription-qos0',
    'mqtt-subscription-cqos2',
    'mqtt-subscriber-cqos0',
    'x-mqtt-subscription-cqos0',
    'mqtt-subscription-cqos0x',
  ])('%j is not the name of a queue', (name) => {
    expect(parseQueueName(name)).toBeUndefined()
  })

  test.each([undefined, 3, '1', -1])('QoS %j is invalid', (qos) => {
    expect(() => queueName('c', qos as QoS)).toThrow(TypeError)
  })
})

describe('user names', () => {
  test.each(USER_NAMES)('$userName', ({ userName, virtualHost, user }) => {
    expect(splitUserName(userName)).toEqual({ virtualHost, user })
    expect(joinUserName({ virtualHost, user })).toBe(userName)
  })

  test('a user with a colon could not connect', () => {
    const error = caught(() => joinUserName({ virtualHost: '/', user: 'ali:ce' }))
    expect(error).toMatchObject({ code: 'colon-in-user', index: 3, found: 'ali:ce' })
  })

  test.each(['x:y\nz:alice', 'a:b\n:alice', ':\n:\n:'])('%j: colons on two lines', (userName) => {
    expect(caught(() => splitUserName(userName))).toMatchObject({ code: 'colons-on-two-lines' })
    const virtualHost = userName.slice(0, userName.lastIndexOf(':'))
    const user = userName.slice(virtualHost.length + 1)
    expect(caught(() => joinUserName({ virtualHost, user }))).toMatchObject({ code: 'colons-on-two-lines' })
  })

  test('values that are not strings are refused', () => {
    const none = undefined as unknown as string
    expect(() => splitUserName(none)).toThrow(TypeError)
    expect(() => joinUserName({ user: none })).toThrow(TypeError)
    expect(() => joinUserName({ virtualHost: 7 as unknown as string, user: 'a' })).toThrow(TypeError)
  })
})

describe('generated texts', () => {
  /** The result, or undefined if the library refuses the text. */
  const attempt = (map: (text: string) => string, text: string): string | undefined => {
    try {
      return map(text)
    } catch (error) {
      expect(error).toBeInstanceOf(MqttError)
      return undefined
    }
  }

  test('a mapped topic name maps back to itself, and no other has its key', () => {
    fc.assert(
      fc.property(topicName, (topic) => {
        const key = attempt(topicToRoutingKey, topic)
        if (key === undefined) return
        expect(routingKeyToTopic(key)).toBe(topic)
        expect(key.split('.')).toEqual(topic.split('/'))
      }),
      { numRuns: 2_000 },
    )
  })

  test('a mapped topic filter maps back to itself', () => {
    fc.assert(
      fc.property(topicFilter, (filter) => {
        const key = attempt(filterToBindingKey, filter)
        if (key !== undefined) expect(bindingKeyToFilter(key)).toBe(filter)
      }),
      { numRuns: 2_000 },
    )
  })

  const KEY = fc
    .array(fc.constantFrom('.', '*', '#', '/', '+', 'a', 'é', '\0', '\n', '\u0301', '\ud800'), {
      maxLength: 8,
    })
    .map((parts) => parts.join(''))

  test('any key maps to a topic name that maps back to it, or is refused', () => {
    fc.assert(
      fc.property(KEY, (key) => {
        const topic = attempt(routingKeyToTopic, key)
        if (topic === undefined) return
        expect(isTopicName(topic)).toBe(true)
        expect(topicToRoutingKey(topic)).toBe(key)
      }),
      { numRuns: 5_000 },
    )
  })

  test('any binding key maps to a topic filter that maps back to it, or is refused', () => {
    fc.assert(
      fc.property(KEY, (key) => {
        const filter = attempt(bindingKeyToFilter, key)
        if (filter === undefined) return
        expect(isTopicFilter(filter)).toBe(true)
        expect(filterToBindingKey(filter)).toBe(key)
      }),
      { numRuns: 5_000 },
    )
  })

  test('any user name can be split and joined again, or is refused', () => {
    const text = fc
      .array(fc.constantFrom(':', '\n', 'a', '/'), { maxLength: 8 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (userName) => {
        const joined = attempt((name) => joinUserName(splitUserName(name)), userName)
        if (joined !== undefined) expect(joined).toBe(userName)
      }),
      { numRuns: 2_000 },
    )
  })
})

test('messages show at most 64 characters, and no control characters', () => {
  const { message, found } = caught(() =>
    topicToRoutingKey(`*\u0001\u202e${'x'.repeat(100)}`),
  ) as MappingError
  expect(found).toHaveLength(64)
  expect(message).toBe(
    `Topic Name: ${MAPPING_ERRORS['wildcard-as-text'].summary}, found "*\\u0001\\u{202e}${'x'.repeat(61)}…" ` +
      '[AMQP 0-9-1 §3.1.3.3] (index 0)',
  )
})
