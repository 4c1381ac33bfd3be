// Packets that are right, of each type, to be broken.

import type { RawPacket } from '../raw-packet.ts'
import type { Ingredients } from './breach.ts'

type Make = (of: Ingredients) => RawPacket

/** Those that carry nothing but a packet identifier. */
export const ACKNOWLEDGEMENTS = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'] as const

/** Those without a body. */
export const EMPTY = ['pingreq', 'pingresp', 'disconnect'] as const

const acknowledgements = ACKNOWLEDGEMENTS.map(
  (type): Make =>
    ({ packetId }) => ({ type, packetId }),
)
const empty = EMPTY.map(
  (type): Make =>
    () => ({ type }),
)

/** Packets of fields that say by themselves where they end. */
const FIXED: readonly Make[] = [
  ...acknowledgements,
  () => ({ type: 'connack' }),
  ({ text }) => ({ type: 'connect', clientId: text }),
  ({ text, payload, topic }) => ({
    type: 'connect',
    clientId: text,
    will: { topic, payload },
    username: text,
    password: payload,
  }),
]

/** Packets that go on until their end: a list, or a payload. */
const OPEN: readonly Make[] = [
  ({ topic, payload }) => ({ type: 'publish', topic, payload }),
  ({ topic, payload, qos, packetId }) => ({ type: 'publish', topic, payload, qos, packetId }),
  ({ packetId, topic }) => ({ type: 'subscribe', packetId, subscriptions: [{ topicFilter: topic }] }),
  ({ packetId, topic, qos }) => ({
    type: 'subscribe',
    packetId,
    subscriptions: [{ topicFilter: topic, qos }, { topicFilter: '#' }],
  }),
  ({ packetId, topic }) => ({ type: 'unsubscribe', packetId, topicFilters: [topic, 'a'] }),
  ({ packetId, qos }) => ({ type: 'suback', packetId, returnCodes: [qos, 0x80] }),
]

/** Packets in which bytes that follow the last field are surplus. */
export const CLOSED: readonly Make[] = [...empty, ...FIXED]

/** Packets that can end inside a field. */
export const WITH_FIELDS: readonly Make[] = [...FIXED, ...OPEN]

/** A packet of each type, of some in several shapes. */
export const VALID: readonly Make[] = [...empty, ...WITH_FIELDS]
