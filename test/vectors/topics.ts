// §4.7: which filters match which names, and the limits of a receiver for both.

import { malformed, publish, type Section, valid, type Wrong } from './rows.ts'
import type { MatchingVector } from './vectors.d.cts'

const matching = (
  rule: string,
  filter: string,
  { matches = [], not = [] }: { matches?: readonly string[]; not?: readonly string[] },
): MatchingVector[] => [
  ...matches.map((topic) => ({ filter, topic, matches: true, rule })),
  ...not.map((topic) => ({ filter, topic, matches: false, rule })),
]

const LIMITED = { maxTopicLength: 5, maxTopicLevels: 3 }
const TOO_LONG: Wrong = ['topic-too-long', 'Topic Name']
const TOO_DEEP: Wrong = ['too-many-topic-levels', 'Topic Name']

// biome-ignore format: one row per filter
export const topics: Section = {
  matching: [
    ...matching('§4.7.1.2', 'sport/tennis/player1/#', {
      matches: ['sport/tennis/player1', 'sport/tennis/player1/ranking', 'sport/tennis/player1/score/wimbledon', 'sport/tennis/player1/'],
      not: ['sport/tennis/player2', 'sport/tennis', 'sport/tennis/player10', 'Sport/tennis/player1'],
    }),
    ...matching('§4.7.1.2', 'sport/#', { matches: ['sport', 'sport/', 'sport//x'], not: ['sports', 'spor', '/sport'] }),
    ...matching('§4.7.1.2', '#', { matches: ['a', '/', '/a', 'a/', 'a/b/c', ' '] }),
    ...matching('§4.7.1.2', '/#', { matches: ['/', '/a', '/a/b'], not: ['a', 'a/b'] }),
    ...matching('§4.7.1.3', 'sport/tennis/+', { matches: ['sport/tennis/player1', 'sport/tennis/'], not: ['sport/tennis', 'sport/tennis/player1/ranking', 'sport/player1'] }),
    ...matching('§4.7.1.3', 'sport/+', { matches: ['sport/'], not: ['sport', 'sport//'] }),
    ...matching('§4.7.1.3', '+', { matches: ['a', 'abc'], not: ['/finance', 'a/b', 'a/', '/'] }),
    ...matching('§4.7.1.3', '+/+', { matches: ['/finance', '/', 'a/b', 'a/'], not: ['a', 'a/b/c', '//'] }),
    ...matching('§4.7.1.3', '/+', { matches: ['/finance', '/'], not: ['finance', '/a/b'] }),
    ...matching('§4.7.1.3', '+/tennis/#', { matches: ['sport/tennis', 'sport/tennis/a', '/tennis'], not: ['tennis', 'sport/a/tennis'] }),
    ...matching('MQTT-4.7.2-1', '#', { not: ['$SYS', '$SYS/uptime', '$', '$/a'] }),
    ...matching('MQTT-4.7.2-1', '+/monitor/Clients', { matches: ['SYS/monitor/Clients'], not: ['$SYS/monitor/Clients'] }),
    ...matching('MQTT-4.7.2-1', '+', { not: ['$SYS', '$'] }),
    ...matching('MQTT-4.7.2-1', '$SYS/#', { matches: ['$SYS', '$SYS/', '$SYS/monitor/Clients'], not: ['SYS', '$sys'] }),
    ...matching('MQTT-4.7.2-1', '$SYS/monitor/+', { matches: ['$SYS/monitor/Clients'] }),
    ...matching('MQTT-4.7.2-1', '+/$x', { matches: ['a/$x'] }),
    ...matching('MQTT-4.7.3-4', 'a/b', { matches: ['a/b'], not: ['A/b', 'a/B', 'a/b/', '/a/b', 'a//b', 'a', 'a/bc'] }),
    ...matching('MQTT-4.7.3-4', 'caf\u00E9', { matches: ['caf\u00E9'], not: ['cafe\u0301', 'cafe', 'CAF\u00C9'] }),
    ...matching('MQTT-4.7.3-4', '\uFEFFa', { matches: ['\uFEFFa'], not: ['a'] }),
    ...matching('MQTT-4.7.3-4', ' a', { matches: [' a'], not: ['a', ' a '] }),
    ...matching('MQTT-4.7.3-4', '😀/+', { matches: ['😀/a'], not: ['😁/a'] }),
    ...matching('MQTT-4.7.3-4', 'a.b', { not: ['axb'] }),
  ],
  valid: [
    valid('a topic name as long as the receiver accepts', "30 (['a/bcd'] 'hi')", publish({ topic: 'a/bcd' }), '§4.7.3', { options: LIMITED }),
    valid('a topic name as deep as the receiver accepts', "30 (['a/b/c'] 'hi')", publish({ topic: 'a/b/c' }), '§4.7.3', { options: LIMITED }),
  ],
  malformed: [
    malformed('a topic name longer than the receiver accepts', "30 (^ ['a/bcde'] 'hi')", TOO_LONG, { options: LIMITED }),
    malformed('a topic name of more bytes than the receiver accepts, in fewer characters', "30 (^ ['größe'] 'hi')", TOO_LONG, { options: LIMITED }),
    malformed('a topic name deeper than the receiver accepts', "30 (['a//' ^ '/'] 'hi')", TOO_DEEP, { options: LIMITED }),
    malformed('a will topic deeper than the receiver accepts', "10 (['MQTT'] 04 06 003c ['c'] ['a//' ^ '/'] [])", ['too-many-topic-levels', 'Will Topic'], { options: LIMITED }),
    malformed('a topic filter deeper than the receiver accepts', "82 (0001 ['//' ^ '/'] 01)", ['too-many-topic-levels', 'Topic Filter'], { options: LIMITED }),
    malformed('a topic filter longer than the receiver accepts', "a2 (0001 ^ ['a/bcde'])", ['topic-too-long', 'Topic Filter'], { options: LIMITED }),
  ],
}
