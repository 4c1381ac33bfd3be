// Expected mappings. ../interop/rabbitmq.test.ts compares them with RabbitMQ.

import type { MappingErrorCode } from '../../src/rabbitmq/index.ts'

/** Topic names with an equivalent routing key. */
export const TOPICS: readonly { topic: string; key: string }[] = [
  { topic: 'a', key: 'a' },
  { topic: 'house/temperature', key: 'house.temperature' },
  { topic: '/a', key: '.a' },
  { topic: 'a/', key: 'a.' },
  { topic: 'a//b', key: 'a..b' },
  { topic: '/', key: '.' },
  { topic: '///', key: '...' },
  { topic: '$SYS/x', key: '$SYS.x' },
  { topic: 'größe/温度/😀', key: 'größe.温度.😀' },
  { topic: 'e\u0301/x', key: 'e\u0301.x' },
  { topic: '\uFEFFa', key: '\uFEFFa' },
  { topic: 'a b/\r/\n/\\', key: 'a b.\r.\n.\\' },
  { topic: `${'x'.repeat(253)}/y`, key: `${'x'.repeat(253)}.y` },
]

export const FILTERS: readonly { filter: string; key: string }[] = [
  { filter: '#', key: '#' },
  { filter: '+', key: '*' },
  { filter: 'a/b', key: 'a.b' },
  { filter: 'a/#', key: 'a.#' },
  { filter: 'a/+/b', key: 'a.*.b' },
  { filter: '/+', key: '.*' },
  { filter: '+/', key: '*.' },
  { filter: 'a//+/#', key: 'a..*.#' },
  { filter: '$SYS/#', key: '$SYS.#' },
]

/** Topic names that change: the routing key that RabbitMQ uses for them, and the topic that an MQTT subscriber receives. */
export const LOST_TOPICS: readonly {
  topic: string
  key: string
  received: string
  code: MappingErrorCode
  index: number
}[] = [
  { topic: 'a.b/c', key: 'a.b.c', received: 'a/b/c', code: 'separator-as-text', index: 1 },
  { topic: 'v1.0', key: 'v1.0', received: 'v1/0', code: 'separator-as-text', index: 2 },
  { topic: 'a/*', key: 'a.*', received: 'a/+', code: 'wildcard-as-text', index: 2 },
  { topic: 'a*b', key: 'a*b', received: 'a+b', code: 'wildcard-as-text', index: 1 },
  { topic: 'a/\u0301b', key: 'a.\u0301b', received: 'a.\u0301b', code: 'separator-before-mark', index: 1 },
  { topic: '/\u200Dx', key: '.\u200Dx', received: '.\u200Dx', code: 'separator-before-mark', index: 0 },
  { topic: 'x/🏿/y', key: 'x.🏿.y', received: 'x.🏿/y', code: 'separator-before-mark', index: 1 },
]

/** Routing keys that change, and the topic that an MQTT subscriber receives. */
export const LOST_KEYS: readonly { key: string; topic: string; code: MappingErrorCode; index: number }[] = [
  { key: 'a/b', topic: 'a/b', code: 'separator-as-text', index: 1 },
  { key: 'a.b/c', topic: 'a/b/c', code: 'separator-as-text', index: 3 },
  { key: 'a.*', topic: 'a/+', code: 'wildcard-as-text', index: 2 },
  { key: 'a+b', topic: 'a+b', code: 'wildcard-as-text', index: 1 },
  { key: 'a.#', topic: 'a/#', code: 'wildcard-as-text', index: 2 },
  { key: 'a.\u0301b', topic: 'a.\u0301b', code: 'separator-before-mark', index: 1 },
]

/** How RabbitMQ reads the User Name of CONNECT. */
export const USER_NAMES: readonly { userName: string; virtualHost: string | undefined; user: string }[] = [
  { userName: 'alice', virtualHost: undefined, user: 'alice' },
  { userName: '/:alice', virtualHost: '/', user: 'alice' },
  { userName: 'other:alice', virtualHost: 'other', user: 'alice' },
  { userName: 'a:b:alice', virtualHost: 'a:b', user: 'alice' },
  { userName: ':alice', virtualHost: '', user: 'alice' },
  { userName: 'other:', virtualHost: 'other', user: '' },
  { userName: 'x\ny:alice', virtualHost: 'x\ny', user: 'alice' },
]
