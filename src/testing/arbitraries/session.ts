// A conversation from CONNECT to DISCONNECT, and one side of it as a stream.

import type { Role } from '../../packet-types.ts'
import type { Packet } from '../../packets/packet.ts'
import type { Publish } from '../../packets/publish.ts'
import type { Subscribe } from '../../packets/subscribe.ts'
import type { Unsubscribe } from '../../packets/unsubscribe.ts'
import { type Arbitrary, type Combinators, choose, record } from '../combinators.ts'
import type { PacketArbitraries } from './packets.ts'
import { type PacketStream, streamOf } from './streams.ts'

/** The packets that one end of a connection sends, from CONNECT or CONNACK to the end. */
export interface Session extends PacketStream {
  readonly sentBy: Role
}

/** A packet of the conversation, and its sender. */
type Line = readonly [sentBy: Role, packet: Packet]

/** An exchange of packets that share one packet identifier. */
type Exchange = (packetId: number) => Line[]

const MAX_EXCHANGES = 8

const otherThan = (role: Role): Role => (role === 'client' ? 'server' : 'client')

/** An application message and its acknowledgements, by its QoS (§4.3). */
function delivery(sender: Role, publish: Publish): Exchange {
  const receiver = otherThan(sender)
  return (id) => {
    if (publish.qos === 0) return [[sender, publish]]
    const first: Line = [sender, { ...publish, dup: false, packetId: id }] // [MQTT-3.3.1-1]
    if (publish.qos === 1) return [first, [receiver, { type: 'puback', packetId: id }]]
    return [
      first,
      [receiver, { type: 'pubrec', packetId: id }],
      [sender, { type: 'pubrel', packetId: id }],
      [receiver, { type: 'pubcomp', packetId: id }],
    ]
  }
}

function subscription(subscribe: Subscribe): Exchange {
  return (packetId) => [
    ['client', { ...subscribe, packetId }],
    ['server', { type: 'suback', packetId, returnCodes: subscribe.subscriptions.map(({ qos }) => qos) }],
  ]
}

function unsubscription(unsubscribe: Unsubscribe): Exchange {
  return (packetId) => [
    ['client', { ...unsubscribe, packetId }],
    ['server', { type: 'unsuback', packetId }],
  ]
}

const ping: Exchange = () => [
  ['client', { type: 'pingreq' }],
  ['server', { type: 'pingresp' }],
]

/** One side of a conversation in which every request is answered. */
export function session(fc: Combinators, packets: PacketArbitraries): Arbitrary<Session> {
  const role = fc.constantFrom<Role[]>('client', 'server')
  const exchange = choose<Exchange>(
    fc,
    [1, fc.constant(ping)],
    [4, fc.tuple(role, packets.publish).map(([sender, publish]) => delivery(sender, publish))],
    [2, packets.subscribe.map(subscription)],
    [1, packets.unsubscribe.map(unsubscription)],
  )
  return record(fc, {
    sentBy: role,
    connect: packets.connect,
    sessionPresent: fc.boolean(),
    firstPacketId: packets.puback,
    exchanges: fc.array(exchange, { maxLength: MAX_EXCHANGES }),
  }).map(({ sentBy, connect, sessionPresent, firstPacketId, exchanges }) => {
    const conversation: Line[] = [
      ['client', connect],
      // With a clean session, Session Present is 0 [MQTT-3.2.2-1].
      ['server', { type: 'connack', sessionPresent: sessionPresent && !connect.cleanSession, returnCode: 0 }],
      ...exchanges.flatMap((exchange, index) => exchange(identifier(firstPacketId.packetId, index))),
      ['client', { type: 'disconnect' }],
    ]
    const sent = conversation.filter(([sender]) => sender === sentBy).map(([, packet]) => packet)
    return { sentBy, ...streamOf(sent) }
  })
}

/** Consecutive packet identifiers; 1 follows 65,535. */
function identifier(first: number, index: number): number {
  return ((first - 1 + index) % 65_535) + 1
}
