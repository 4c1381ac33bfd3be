// mqtt-packet's words for what is wrong: its users compare them. The error with the rule is the `cause`.

import { DecodeError, EncodeError } from '../index.ts'

/** @returns an error without a `code`: MQTT.js tells errors of the network by that they have one */
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

/** By packet type and field, for bytes that end too early or cannot be read. */
const UNREADABLE: Readonly<Record<string, string>> = {
  'connect Protocol Name': 'Cannot parse protocolId',
  'connect Protocol Level': 'Packet too short',
  'connect Connect Flags': 'Packet too short',
  'connect Keep Alive': 'Packet too short',
  'connect Client Identifier': 'Packet too short',
  'connect Will Topic': 'Cannot parse will topic',
  'connect Will Message': 'Cannot parse will payload',
  'connect User Name': 'Cannot parse username',
  'connect Password': 'Cannot parse password',
  'publish Topic Name': 'Cannot parse topic',
  'subscribe Topic Filter': 'Cannot parse topic',
  'subscribe Requested QoS': 'Malformed Subscribe Payload',
  'unsubscribe Topic Filter': 'Cannot parse topic',
}

function decoding({ code, packetType, field, found }: DecodeError): string | undefined {
  switch (code) {
    case 'reserved-packet-type':
      return found === 0xf0 ? 'Not supported auth packet for this version MQTT' : 'Not supported'
    case 'remaining-length-too-long':
      return 'Invalid variable byte integer'
    case 'reserved-flags': {
      const flags = packetType === 'pubrel' || packetType?.endsWith('subscribe') ? 2 : 0
      return `Invalid header flag bits, must be 0x${flags} for ${packetType} packet`
    }
    case 'invalid-qos':
      return packetType === 'subscribe'
        ? 'Invalid subscribe QoS, must be <= 2'
        : packetType === 'publish'
          ? 'Packet must not have both QoS bits set to 1'
          : undefined
    case 'unknown-protocol-name':
      return 'Invalid protocolId'
    case 'unsupported-protocol-level':
      return 'Invalid protocol version'
    case 'connect-reserved-flag':
      return 'Connect flag bit 0 must be 0, but got 1'
    case 'will-retain-without-will':
      return 'Will Retain Flag must be set to zero when Will Flag is set to 0'
    case 'will-qos-without-will':
      return 'Will QoS must be set to zero when Will Flag is set to 0'
    case 'connack-reserved-bits':
      return 'Invalid connack flags, bits 7-1 must be set to 0'
    case 'requested-qos-reserved-bits':
      return 'Invalid subscribe topic flag bits, bits 7-2 must be 0'
    case 'reserved-suback-code':
      return 'Invalid suback QoS, must be 0, 1, 2 or 128'
    case 'no-topic-filter':
    case 'no-return-code':
      return `Malformed ${packetType}, no payload specified`
    case 'surplus-bytes':
    case 'body-too-short':
      if (packetType === 'unsuback' && found !== 0) return 'Malformed unsuback, payload length must be 2'
      if (field === 'Remaining Length')
        return packetType === 'connect'
          ? tooShortConnect(found as number)
          : `Malformed ${packetType}, no payload specified`
      return UNREADABLE[`${packetType} ${field}`]
    default:
      return undefined
  }
}

/** Whether a CONNECT of this Remaining Length can hold the name MQTT with its length. */
function tooShortConnect(length: number): string {
  return length < 6 ? 'Cannot parse protocolId' : 'Packet too short'
}

/** By packet type and field of the packet to be encoded; entries of lists have no index here. */
const INVALID: Readonly<Record<string, string>> = {
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

function encoding({ code, packetType, property, rule }: EncodeError): string | undefined {
  if (code === 'unknown-packet-type') return 'Unknown command'
  if (code === 'password-without-username') return 'Username is required to use password'
  if (code === 'empty-client-identifier')
    return rule === 'MQTT-3.1.3-7'
      ? 'clientId must be given if cleanSession set to 0'
      : 'clientId must be supplied before 3.1.1'
  if (property === 'packetId') return 'Invalid messageId'
  return INVALID[`${packetType} ${property?.replace(/\[\d+\]/, '[]')}`]
}
