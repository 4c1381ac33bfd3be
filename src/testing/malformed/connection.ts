// CONNECT and CONNACK.

import { pick, type Violation, violation } from './violation.ts'

const NAMES = ['', 'MQT', 'MQTT ', 'mqtt', 'MQTt', 'MQIsdP', 'MQTTMQTT', '\uFEFFMQTT', 'HTTP', 'AMQP']

// The Connect Flags, §3.1.2.3.
const CLEAN_SESSION = 0x02

const CONNECT: readonly Violation[] = [
  violation('unknown-protocol-name', ({ text, way }) => ({
    packet: { type: 'connect', protocolName: pick([...NAMES, `x${text}`], way), clientId: text },
    at: 'Protocol Name',
  })),
  violation('unsupported-protocol-level', ({ text, turn }) => ({
    packet: {
      type: 'connect',
      protocolLevel: pick(
        [...Array(256).keys()].filter((level) => level !== 4),
        turn,
      ),
      clientId: text,
      protocolName: 'MQTT',
    },
    at: 'Protocol Level',
  })),
  violation('unsupported-protocol-level', ({ text, way }) => ({
    packet: { type: 'connect', protocolName: 'MQIsdp', bridge: way % 2 === 1, clientId: text },
    at: 'Protocol Level',
  })),
  violation('connect-reserved-flag', ({ text }) => ({
    packet: { type: 'connect', connectFlags: CLEAN_SESSION | 0x01, clientId: text },
    at: 'Connect Flags',
    field: 'Reserved',
  })),
  violation('will-qos-without-will', ({ text, way }) => ({
    packet: { type: 'connect', connectFlags: CLEAN_SESSION | pick([0x08, 0x10, 0x18], way), clientId: text },
    at: 'Connect Flags',
    field: 'Will QoS',
  })),
  violation('will-retain-without-will', ({ text }) => ({
    packet: { type: 'connect', connectFlags: CLEAN_SESSION | 0x20, clientId: text },
    at: 'Connect Flags',
    field: 'Will Retain',
  })),
  violation('invalid-qos', ({ text, topic, payload }) => ({
    packet: { type: 'connect', clientId: text, will: { topic, payload, qos: 3 } },
    at: 'Connect Flags',
    field: 'Will QoS',
    rule: 'MQTT-3.1.2-14',
  })),
  violation('password-without-username', ({ text, payload }) => ({
    packet: { type: 'connect', clientId: text, password: payload },
    at: 'Connect Flags',
    field: 'Password Flag',
  })),
  violation('empty-client-identifier', ({ text, way }) => ({
    packet: {
      type: 'connect',
      clientId: '',
      cleanSession: false,
      username: way % 2 === 0 ? undefined : text,
    },
    at: 'Client Identifier',
  })),
]

const CONNACK: readonly Violation[] = [
  violation('connack-reserved-bits', ({ turn }) => ({
    packet: { type: 'connack', acknowledgeFlags: 2 + (turn % 254) },
    at: 'Connect Acknowledge Flags',
  })),
  violation('session-present-with-refusal', ({ turn }) => ({
    packet: { type: 'connack', sessionPresent: true, returnCode: 1 + (turn % 5) },
    at: 'Connect Acknowledge Flags',
    field: 'Session Present',
  })),
  violation('reserved-connack-code', ({ turn }) => ({
    packet: { type: 'connack', returnCode: 6 + (turn % 250) },
    at: 'Return Code',
  })),
]

/** Violations in the packets that open a connection. */
export const CONNECTION: readonly Violation[] = [...CONNECT, ...CONNACK]
