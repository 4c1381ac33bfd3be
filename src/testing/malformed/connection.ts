// CONNECT and CONNACK.

import { type Breach, breach, pick } from './breach.ts'

const NAMES = ['', 'MQT', 'MQTT ', 'mqtt', 'MQTt', 'MQIsdP', 'MQTTMQTT', '\uFEFFMQTT', 'HTTP', 'AMQP']

// The Connect Flags, §3.1.2.3.
const CLEAN_SESSION = 0x02

const CONNECT: readonly Breach[] = [
  breach('unknown-protocol-name', ({ text, way }) => ({
    packet: { type: 'connect', protocolName: pick([...NAMES, `x${text}`], way), clientId: text },
    at: 'Protocol Name',
  })),
  breach('unsupported-protocol-level', ({ text, turn }) => ({
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
  breach('unsupported-protocol-level', ({ text, way }) => ({
    packet: { type: 'connect', protocolName: 'MQIsdp', bridge: way % 2 === 1, clientId: text },
    at: 'Protocol Level',
  })),
  breach('connect-reserved-flag', ({ text }) => ({
    packet: { type: 'connect', connectFlags: CLEAN_SESSION | 0x01, clientId: text },
    at: 'Connect Flags',
    field: 'Reserved',
  })),
  breach('will-qos-without-will', ({ text, way }) => ({
    packet: { type: 'connect', connectFlags: CLEAN_SESSION | pick([0x08, 0x10, 0x18], way), clientId: text },
    at: 'Connect Flags',
    field: 'Will QoS',
  })),
  breach('will-retain-without-will', ({ text }) => ({
    packet: { type: 'connect', connectFlags: CLEAN_SESSION | 0x20, clientId: text },
    at: 'Connect Flags',
    field: 'Will Retain',
  })),
  breach('invalid-qos', ({ text, topic, payload }) => ({
    packet: { type: 'connect', clientId: text, will: { topic, payload, qos: 3 } },
    at: 'Connect Flags',
    field: 'Will QoS',
    rule: 'MQTT-3.1.2-14',
  })),
  breach('password-without-username', ({ text, payload }) => ({
    packet: { type: 'connect', clientId: text, password: payload },
    at: 'Connect Flags',
    field: 'Password Flag',
  })),
  breach('empty-client-identifier', ({ text, way }) => ({
    packet: {
      type: 'connect',
      clientId: '',
      cleanSession: false,
      username: way % 2 === 0 ? undefined : text,
    },
    at: 'Client Identifier',
  })),
]

const CONNACK: readonly Breach[] = [
  breach('connack-reserved-bits', ({ turn }) => ({
    packet: { type: 'connack', acknowledgeFlags: 2 + (turn % 254) },
    at: 'Connect Acknowledge Flags',
  })),
  breach('session-present-with-refusal', ({ turn }) => ({
    packet: { type: 'connack', sessionPresent: true, returnCode: 1 + (turn % 5) },
    at: 'Connect Acknowledge Flags',
    field: 'Session Present',
  })),
  breach('reserved-connack-code', ({ turn }) => ({
    packet: { type: 'connack', returnCode: 6 + (turn % 250) },
    at: 'Return Code',
  })),
]

/** How to break the packets that open a connection. */
export const CONNECTION: readonly Breach[] = [...CONNECT, ...CONNACK]
