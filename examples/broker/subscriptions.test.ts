import fc from 'fast-check'
import { isTopicFilter, type QoS, topicMatches } from 'mqtt-wire'
import { expect, test } from 'vitest'
import type { Session } from './session.js'
import { Subscriptions } from './subscriptions.js'

// Compares Subscriptions with topicMatches, which matches one filter with one topic.

const level = fc.constantFrom('', 'a', 'b', '$a', '$SYS')
const topic = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((text) => text !== '')
const filter = fc
  .array(fc.oneof(level, fc.constantFrom('+', '#')), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter(isTopicFilter)

const SESSIONS = ['one', 'two', 'three'].map((clientId) => ({ clientId }) as Session)
const subscription = fc.record({
  session: fc.constantFrom(...SESSIONS),
  filter,
  qos: fc.constantFrom<QoS>(0, 1, 2),
})
const keyOf = ({ session, filter }: { session: Session; filter: string }): string =>
  `${session.clientId} ${filter}`

test('each session is found once, with the highest QoS of its subscriptions that match', () => {
  fc.assert(
    fc.property(fc.array(subscription), fc.array(subscription), topic, (added, removed, name) => {
      const subscriptions = new Subscriptions()
      for (const { session, filter, qos } of added) subscriptions.add(session, filter, qos)
      for (const { session, filter } of removed) subscriptions.remove(session, filter)

      const gone = new Set(removed.map(keyOf))
      const last = new Map(added.map((each) => [keyOf(each), each])) // a later one replaces an earlier one
      const expected = new Map<Session, QoS>()
      for (const [key, { session, filter, qos }] of last)
        if (!gone.has(key) && topicMatches(filter, name) && qos >= (expected.get(session) ?? 0))
          expected.set(session, qos)
      expect(new Map(subscriptions.matching(name))).toEqual(expected)

      for (const { session, filter } of added) subscriptions.remove(session, filter)
      expect(Reflect.get(subscriptions, 'root').below?.size ?? 0).toBe(0) // no empty levels are left
    }),
    { numRuns: 2_000 },
  )
})
