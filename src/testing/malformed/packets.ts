// Valid packets of each type, to be made malformed.

import type { RawPacket } from '../raw-packet.ts'
import type { Ingredients } from './violation.ts'

type Make = (of: Ingredients) => RawPacket

/** The packet types that carry only a packet identifier. */
export const ACKNOWLEDGEMENTS = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'] as const

/** The packet types without a body. */
export const EMPTY = ['pingreq', 'pingresp', 'disconnect'] as const

const acknowledgements = ACKNOWLEDGEMENTS.map(
  (type): Make =>
    ({ packetId }) => ({ type, packetId }),
)
const empty = EMPTY.map(
  (type): Make =>
    () => ({ type }),
)

/** Packets whose fields determine their own length. */
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

/** Packets whose last field extends to the end of the packet: a list or a payload. */
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

/** Packets in which bytes after the last field are surplus. */
export const CLOSED: readonly Make[] = [...empty, ...FIXED]

/** Packets that can end inside a field. */
export const WITH_FIELDS: readonly Make[] = [...FIXED, ...OPEN]

/** A packet of each type, for some types several. */
export const VALID: readonly Make[] = [...empty, ...WITH_FIELDS]
