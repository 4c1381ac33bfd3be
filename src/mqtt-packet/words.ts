// mqtt-packet's error messages, which its users compare. The error with the rule is the `cause`.

import { DecodeError, EncodeError } from '../index.ts'

/** @returns an error without a `code`, because MQTT.js treats errors with a `code` as network errors */
export function inFamiliarWords(error: unknown): Error {
  const words =
    error instanceof DecodeError
      ? decoding(error)
      : error instanceof EncodeError
        ? encoding(error)
        : undefined
  const message = words ?? (error instanceof Error ? error.message : String(error))
  return new Error(message, { cause: error })
}

const FLAGS = { pubrel: 2, subscribe: 2, unsubscribe: 2 } as Readonly<Record<string, number>>
const AUTH = 0xf0
/** The minimum Remaining Length of a CONNECT that contains the name MQTT. */
const ROOM_FOR_NAME = 6

function decoding({ code, packetType, field, found }: DecodeError): string | undefined {
  if (code === 'reserved-flags')
    return `Invalid header flag bits, must be 0x${FLAGS[packetType!] ?? 0} for ${packetType} packet`
  if (code === 'reserved-packet-type' && found === AUTH)
    return 'Not supported auth packet for this version MQTT'
  if (packetType === 'unsuback' && found === 0) return 'Malformed unsuback, no payload specified'
  if (packetType === 'connect' && field === 'Remaining Length' && (found as number) < ROOM_FOR_NAME)
    return 'Cannot parse protocolId'
  return (
    UNREADABLE[`${code} ${packetType} ${field}`] ?? UNREADABLE[`${code} ${packetType}`] ?? UNREADABLE[code]
  )
}

/** By code, packet type and field. The most specific entry is used. */
const UNREADABLE: Readonly<Record<string, string>> = {
  'reserved-packet-type': 'Not supported',
  'remaining-length-too-long': 'Invalid variable byte integer',
  'invalid-qos publish': 'Packet must not have both QoS bits set to 1',
  'invalid-qos subscribe': 'Invalid subscribe QoS, must be <= 2',
  'unknown-protocol-name': 'Invalid protocolId',
  'unsupported-protocol-level': 'Invalid protocol version',
  'connect-reserved-flag': 'Connect flag bit 0 must be 0, but got 1',
  'will-retain-without-will': 'Will Retain Flag must be set to zero when Will Flag is set to 0',
  'will-qos-without-will': 'Will QoS must be set to zero when Will Flag is set to 0',
  'connack-reserved-bits': 'Invalid connack flags, bits 7-1 must be set to 0',
  'requested-qos-reserved-bits': 'Invalid subscribe topic flag bits, bits 7-2 must be 0',
  'reserved-suback-code': 'Invalid suback QoS, must be 0, 1, 2 or 128',
  'no-topic-filter subscribe': 'Malformed subscribe, no payload specified',
  'no-topic-filter unsubscribe': 'Malformed unsubscribe, no payload specified',
  'no-return-code': 'Malformed suback, no payload specified',
  'surplus-bytes unsuback': 'Malformed unsuback, payload length must be 2',
  'body-too-short unsuback': 'Malformed unsuback, payload length must be 2',
  'body-too-short suback': 'Malformed suback, no payload specified',
  'body-too-short subscribe': 'Cannot parse topic',
  'body-too-short subscribe Remaining Length': 'Malformed subscribe, no payload specified',
  'body-too-short subscribe Requested QoS': 'Malformed Subscribe Payload',
  'body-too-short unsubscribe': 'Cannot parse topic',
  'body-too-short unsubscribe Remaining Length': 'Malformed unsubscribe, no payload specified',
  'body-too-short publish Topic Name': 'Cannot parse topic',
  'body-too-short publish Remaining Length': 'Cannot parse topic',
  'body-too-short connect': 'Packet too short',
  'body-too-short connect Protocol Name': 'Cannot parse protocolId',
  'body-too-short connect Will Topic': 'Cannot parse will topic',
  'body-too-short connect Will Message': 'Cannot parse will payload',
  'body-too-short connect User Name': 'Cannot parse username',
  'body-too-short connect Password': 'Cannot parse password',
}

function encoding({ code, packetType, property, rule, message }: EncodeError): string | undefined {
  if (code === 'packet-too-large') return `Invalid variable byte integer: ${/\d+(?= \[)/.exec(message)}`
  if (code === 'empty-client-identifier')
    return rule === 'MQTT-3.1.3-7'
      ? 'clientId must be given if cleanSession set to 0'
      : 'clientId must be supplied before 3.1.1'
  const name = property?.replace(/\[\d+\]/, '[]')
  return INVALID[code] ?? INVALID[name!] ?? INVALID[`${packetType} ${name}`]
}

/** By code, by property, or by packet type and property. */
const INVALID: Readonly<Record<string, string>> = {
  'unknown-packet-type': 'Unknown command',
  'password-without-username': 'Username is required to use password',
  packetId: 'Invalid messageId',
  'connect protocolName': 'Invalid protocolId',
  'connect protocolLevel': 'Invalid protocol version',
  'connect keepAlive': 'Invalid keepalive',
  'connect will': 'Invalid will',
  'connect will.topic': 'Invalid will topic',
  'connect will.payload': 'Invalid will payload',
  'connect username': 'Invalid username',
  'connect password': 'Invalid password',
  'connack returnCode': 'Invalid return code',
  'publish topic': 'Invalid topic',
  'subscribe subscriptions': 'Invalid subscriptions',
  'subscribe subscriptions[].topicFilter': 'Invalid subscriptions - invalid topic',
  'subscribe subscriptions[].qos': 'Invalid subscriptions - invalid qos',
  'suback returnCodes': 'Invalid qos vector',
  'suback returnCodes[]': 'Invalid qos vector',
  'unsubscribe topicFilters': 'Invalid unsubscriptions',
  'unsubscribe topicFilters[]': 'Invalid unsubscriptions',
}
