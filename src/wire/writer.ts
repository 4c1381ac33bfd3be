// Fields on their way out: a function that checks one and tells its length, and one that writes it.
//
// Everything is checked before the first byte is written. Each writer returns the position behind what it wrote.

import { refuse } from '../errors.ts'
import { MAX_UINT16 } from '../packet-types.ts'
import { honestLength, put } from './bytes.ts'
import { utf8Length, writeUtf8 } from './utf8.ts'

/** The two bytes in front of text and binary data (§1.5.3). */
export const PREFIX_SIZE = 2

/** Text or bytes; text is sent as UTF-8. */
export type Data = Uint8Array | string

/** Refuses a field that is absent, or of the wrong type. */
export function refuseValue(value: unknown, packetType: string, field: string): never {
  refuse(value === undefined || value === null ? 'missing-field' : 'wrong-field-type', packetType, field)
}

/** A true or false that may be left out. */
export function checkBoolean(value: unknown, packetType: string, field: string): void {
  if (value !== undefined && typeof value !== 'boolean') refuse('wrong-field-type', packetType, field)
}

/** A whole number of two bytes. */
export function checkUint16(value: unknown, packetType: string, field: string, rule: string): void {
  if (typeof value !== 'number') refuseValue(value, packetType, field)
  if (!(value >= 0 && value <= MAX_UINT16 && Number.isInteger(value))) {
    refuse('value-out-of-range', packetType, field, rule)
  }
}

/** Whether it is a packet identifier, 1 to 65,535. The lower 16 bits alone tell: they leave nothing else as it is. */
export function isPacketIdentifier(value: unknown): boolean {
  return typeof value === 'number' && (value & 0xffff) === value && value !== 0
}

export function checkPacketIdentifier(value: unknown, packetType: string, rule: string): void {
  if (!isPacketIdentifier(value)) refusePacketIdentifier(value, packetType, rule)
}

export function refusePacketIdentifier(value: unknown, packetType: string, rule: string): never {
  checkUint16(value, packetType, 'Packet Identifier', '§2.3.1')
  refuse('packet-identifier-zero', packetType, 'Packet Identifier', rule)
}

/** A QoS, 0, 1 or 2. */
export function checkQos(value: unknown, packetType: string, field: string, rule: string): void {
  if (value === 0 || value === 1 || value === 2) return
  if (typeof value !== 'number') refuseValue(value, packetType, field)
  refuse('invalid-qos', packetType, field, rule)
}

/** The bytes of text with its prefix. */
export function textLength(text: unknown, packetType: string, field: string): number {
  if (typeof text !== 'string') refuseValue(text, packetType, field)
  const length = utf8Length(text, false)
  if (typeof length === 'string') refuse(length, packetType, field)
  return prefixed(length, packetType, field)
}

/** The bytes of binary data with its prefix. */
export function dataLength(data: unknown, packetType: string, field: string): number {
  return prefixed(payloadLength(data, packetType, field), packetType, field)
}

function prefixed(length: number, packetType: string, field: string): number {
  if (length > MAX_UINT16) refuse('field-too-long', packetType, field) // §1.5.3 [MQTT-4.7.3-3]
  return PREFIX_SIZE + length
}

/** The bytes of binary data that needs no prefix. */
export function payloadLength(data: unknown, packetType: string, field: string): number {
  return honestLength(data) ?? textPayloadLength(data, packetType, field)
}

function textPayloadLength(data: unknown, packetType: string, field: string): number {
  if (typeof data !== 'string') refuseValue(data, packetType, field)
  const length = utf8Length(data, true)
  if (typeof length === 'string') refuse(length, packetType, field)
  return length
}

export function writeUint16(target: Uint8Array, position: number, value: number): number {
  target[position] = value >> 8
  target[position + 1] = value
  return position + 2
}

export function writeText(target: Uint8Array, position: number, text: string): number {
  const end = writeUtf8(target, position + PREFIX_SIZE, text)
  writeUint16(target, position, end - position - PREFIX_SIZE)
  return end
}

export function writeData(target: Uint8Array, position: number, data: Data): number {
  if (typeof data === 'string') return writeText(target, position, data)
  const start = writeUint16(target, position, data.length)
  if (start + data.length > target.length) refuse('input-changed')
  put(target, start, data)
  return start + data.length
}

export function writePayload(target: Uint8Array, position: number, data: Data): void {
  if (typeof data === 'string') writeUtf8(target, position, data)
  else put(target, position, data)
}

/** A list that is not empty. `rule` is the statement that demands an entry. */
export function checkList(
  list: unknown,
  packetType: string,
  field: string,
  emptyCode: 'no-topic-filter' | 'no-return-code',
  rule: string,
): void {
  if (!Array.isArray(list)) refuseValue(list, packetType, field)
  if (list.length === 0) refuse(emptyCode, packetType, field, rule)
}
