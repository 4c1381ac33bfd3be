// What the standard leaves to a receiver: valid packets that it may refuse, and malformed ones that it may accept.

import type { Permission, VectorPacket } from './vectors.d.cts'

/** C0 except U+0000, DEL, and C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches them
const CONTROL_CHARACTERS = /[\u0001-\u001F\u007F-\u009F]/
const NON_CHARACTERS = /[\uFDD0-\uFDEF]|\p{Noncharacter_Code_Point}/u
/** Client identifiers that every server must allow [MQTT-3.1.3-5]. */
const USUAL_CLIENT_IDENTIFIER = /^[0-9a-zA-Z]*$/
const LONGEST_USUAL_CLIENT_IDENTIFIER = 23

export const OTHER_PROTOCOL_NAME: Permission = { reason: 'other-protocols', rule: 'MQTT-3.1.2-1' }
export const OTHER_PROTOCOL_LEVEL: Permission = { reason: 'other-protocols', rule: 'MQTT-3.1.2-2' }
export const NOT_WHOLE: Permission = { reason: 'incomplete-packets', rule: '§2.2.3' }
const LONG_REMAINING_LENGTH: Permission = { reason: 'long-remaining-lengths', rule: '§2.2.3' }

/** Why a receiver may refuse a valid packet; undefined if it must accept it. */
export function permissionToRefuse(hex: string, packet: VectorPacket): Permission | undefined {
  if (hasLongRemainingLength(hex)) return LONG_REMAINING_LENGTH
  const text = textOf(packet)
  if (CONTROL_CHARACTERS.test(text)) return { reason: 'control-characters', rule: '§1.5.3' }
  if (NON_CHARACTERS.test(text)) return { reason: 'non-characters', rule: '§1.5.3' }
  if (packet.type !== 'connect') return undefined
  const { clientId } = packet
  if (clientId === '') return { reason: 'empty-client-identifiers', rule: 'MQTT-3.1.3-6' }
  if (Buffer.byteLength(clientId) > LONGEST_USUAL_CLIENT_IDENTIFIER)
    return { reason: 'long-client-identifiers', rule: 'MQTT-3.1.3-5' }
  if (!USUAL_CLIENT_IDENTIFIER.test(clientId))
    return { reason: 'unusual-client-identifiers', rule: 'MQTT-3.1.3-5' }
  return undefined
}

/** Whether the Remaining Length is not in its shortest form: its last byte adds nothing. */
function hasLongRemainingLength(hex: string): boolean {
  return /^..(?:[89a-f].){1,3}00/.test(hex)
}

/** Whether the packet that starts at `start` is complete. */
export function isWhole(bytes: Uint8Array, start: number): boolean {
  let value = 0
  for (let index = 0; index < 4; index++) {
    const byte = bytes[start + 1 + index]
    if (byte === undefined) return false
    value += (byte & 0x7f) * 128 ** index
    if (byte < 0x80) return start + 2 + index + value <= bytes.length
  }
  return bytes.length > start + 5 // has a fifth byte, which is not allowed
}

/** All strings of a packet. Binary fields are hexadecimal, which does not affect the result. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? Object.values(value).map(textOf).join('') : ''
}
