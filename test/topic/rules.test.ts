import { describe, expect, test } from 'vitest'
import { isTopicFilter, isTopicName, topicMatches } from '../../src/index.ts'

const LONG = 'x'.repeat(65_535)

// biome-ignore format: one row per text
describe.each([
  { text: 'a', name: true, filter: true },
  { text: '/', name: true, filter: true },
  { text: ' ', name: true, filter: true },
  { text: 'Accounts payable', name: true, filter: true },
  { text: '//a/', name: true, filter: true },
  { text: '\uFEFF', name: true, filter: true },
  { text: '😀/é', name: true, filter: true },
  { text: LONG, name: true, filter: true },
  { text: '', name: false, filter: false },
  { text: 'a\0', name: false, filter: false },
  { text: '\ud800', name: false, filter: false },
  { text: `${LONG}x`, name: false, filter: false },
  { text: 'é'.repeat(32_768), name: false, filter: false },
  { text: '#', name: false, filter: true },
  { text: '+', name: false, filter: true },
  { text: 'sport/tennis/player1/#', name: false, filter: true },
  { text: 'sport/#', name: false, filter: true },
  { text: 'sport/tennis#', name: false, filter: false },
  { text: 'sport/tennis/#/ranking', name: false, filter: false },
  { text: '##', name: false, filter: false },
  { text: '+/tennis/#', name: false, filter: true },
  { text: 'sport+', name: false, filter: false },
  { text: '+sport', name: false, filter: false },
  { text: 'sport/+/player1', name: false, filter: true },
  { text: '+#', name: false, filter: false },
  { text: '#+', name: false, filter: false },
])('§4.7: $text', ({ text, name, filter }) => {
  test(`is ${name ? 'a' : 'no'} topic name and ${filter ? 'a' : 'no'} topic filter`, () => {
    expect(isTopicName(text)).toBe(name)
    expect(isTopicFilter(text)).toBe(filter)
  })
})

test.each([undefined, null, 7, {}, ['a']])('%j is neither a topic name nor a topic filter', (value) => {
  expect(isTopicName(value as unknown as string)).toBe(false)
  expect(isTopicFilter(value as unknown as string)).toBe(false)
  expect(topicMatches(value as unknown as string, 'a')).toBe(false)
  expect(topicMatches('a', value as unknown as string)).toBe(false)
})

// The examples of §4.7 and conclusions from its text.
// biome-ignore format: one row per pair
test.each([
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/tennis/player1/#', 'sport/tennis/player2', false],
  ['sport/#', 'sport', true],
  ['sport/#', 'sports', false],
  ['#', 'a', true],
  ['#', '/a', true],
  ['/#', '/', true],
  ['/#', 'a', false],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['+', 'finance', true],
  ['+/tennis/#', 'sport/tennis', true],
  ['+/tennis/#', 'sport/tennis/a/b', true],
  ['+/tennis/#', 'tennis', false],
  ['+/+/#', 'sport', false],
  ['a/+/+/#', 'a/b', false],
  ['a/+/c', 'a//c', true],
  ['a/b', 'a/b', true],
  ['a/b', 'a/B', false],
  ['a/b', 'a/b/', false],
  ['a', '/a', false],
  ['#', '$SYS/a', false],
  ['+/monitor/Clients', '$SYS/monitor/Clients', false],
  ['$SYS/#', '$SYS/', true],
  ['$SYS/#', '$SYS', true],
  ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
  ['$SYS/+/#', '$SYS/a/b', true],
  ['a/#', 'a/$b', true],
  ['a/+', 'a/$b', true],
  ['é', 'e\u0301', false],
  ['a/#/b', 'a/c/b', false],
  ['a', 'a/#', false],
  ['a+', 'a+', false],
])('%s against %s: %s', (filter, topic, expected) => {
  expect(topicMatches(filter, topic)).toBe(expected)
})

test('matching takes time in proportion to the input', () => {
  const filter = '+/'.repeat(32_767)
  expect(topicMatches(`${filter}a`, `${'a/'.repeat(32_767)}b`)).toBe(false)
  expect(topicMatches(`${filter}+`, `${'a/'.repeat(32_767)}b`)).toBe(true)
})
