// Describes packets in text that is safe to print: control characters from a peer never reach the terminal.

import type { Packet } from '../index.ts'
import type { Inspected } from './inspection.ts'
import { escaped } from './terminal.ts'

/** The packet's position in the input, its type, and the flags of its fixed header. */
export function heading({ chunk, packet, frame, sequence, offset }: Inspected): string {
  const { connection, direction, milliseconds } = chunk
  const place =
    direction === undefined
      ? `${String(sequence).padStart(6)}  byte ${String(offset).padEnd(9)} `
      : `${(milliseconds ?? 0).toFixed(2).padStart(9)} ms  ${escaped(connection ?? '').padEnd(16)} ${direction === 'c2s' ? '→' : '←'} `
  return `${place} ${packet.type.toUpperCase().padEnd(11)} ${frame.flags.toString(2).padStart(4, '0')}  `
}

/** The packet's fields, except those that are undefined or false. */
export function describePacket(packet: Packet): string {
  return Object.entries(fieldsOf(packet))
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? name : name === '' ? value : `${name} ${value}`))
    .join(', ')
}

function fieldsOf(packet: Packet): Record<string, string | number | boolean | undefined> {
  switch (packet.type) {
    case 'connect': {
      const { will } = packet
      return {
        '': `${packet.protocolName} level ${packet.protocolLevel}`,
        bridge: packet.bridge,
        'client identifier': quoted(packet.clientId),
        'clean session': packet.cleanSession,
        'keep alive': `${packet.keepAlive} s`,
        will:
          will &&
          `${quoted(will.topic)} ${preview(will.payload)} QoS ${will.qos}${will.retain ? ' retain' : ''}`,
        'user name': packet.username === undefined ? undefined : quoted(packet.username),
        // Only the length: the password must not appear in terminals and logs.
        password: packet.password && `of ${packet.password.length} bytes`,
      }
    }
    case 'connack':
      return { 'return code': packet.returnCode, 'session present': packet.sessionPresent }
    case 'publish':
      return {
        id: packet.packetId,
        QoS: packet.qos,
        DUP: packet.dup,
        RETAIN: packet.retain,
        '': quoted(packet.topic),
        payload: preview(packet.payload),
      }
    case 'subscribe':
      return {
        id: packet.packetId,
        filters: packet.subscriptions
          .map(({ topicFilter, qos }) => `${quoted(topicFilter)} QoS ${qos}`)
          .join(' '),
      }
    case 'suback':
      return {
        id: packet.packetId,
        'return codes': packet.returnCodes.map((code) => (code === 0x80 ? 'failure' : code)).join(' '),
      }
    case 'unsubscribe':
      return { id: packet.packetId, filters: packet.topicFilters.map(quoted).join(' ') }
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return {}
    default:
      return { id: packet.packetId }
  }
}

const MAX_TEXT_LENGTH = 60
const MAX_PAYLOAD_LENGTH = 24

function quoted(text: string): string {
  return text.length > MAX_TEXT_LENGTH
    ? `${safe(text.slice(0, MAX_TEXT_LENGTH))}… (${text.length} characters)`
    : safe(text)
}

function preview(payload: Uint8Array): string {
  const start = payload.subarray(0, MAX_PAYLOAD_LENGTH)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(start, { stream: true })
  const shown = text.includes('\uFFFD') ? Buffer.from(start).toString('hex') : safe(text)
  return `${shown}${payload.length > start.length ? '…' : ''} (${payload.length.toLocaleString('en')} bytes)`
}

/** Quotes the text and escapes characters that must not reach a terminal. */
const safe = (text: string): string => escaped(JSON.stringify(text))
