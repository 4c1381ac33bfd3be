// Permissions: valid packets that the standard allows a receiver to refuse.

import type { Packet } from '../../index.ts'
import type { Declaration, PermittedRefusal } from '../target/declaration.ts'

export interface Permission {
  readonly reason: PermittedRefusal
  readonly rule: string
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for them
const CONTROL_CHARACTERS = /[\u0001-\u001F\u007F-\u009F]/
const NON_CHARACTERS = /\p{Noncharacter_Code_Point}/u
const USUAL_CLIENT_IDENTIFIER = /^[0-9a-zA-Z]*$/
const LONGEST_USUAL_CLIENT_IDENTIFIER = 23

/** Why a receiver may refuse the packet. */
export function permissionsFor(packet: Packet, bytes: Uint8Array): Permission[] {
  const permissions: Permission[] = []
  const permit = (reason: PermittedRefusal, rule: string): void => void permissions.push({ reason, rule })
  const text = textOf(packet)
  if (hasLongRemainingLength(bytes)) permit('long-remaining-lengths', '§2.2.3')
  if (CONTROL_CHARACTERS.test(text)) permit('control-characters', '§1.5.3')
  if (NON_CHARACTERS.test(text)) permit('non-characters', '§1.5.3')
  if (packet.type !== 'connect') return permissions
  const { clientId } = packet
  if (clientId === '') permit('empty-client-identifiers', 'MQTT-3.1.3-6')
  if (Buffer.byteLength(clientId) > LONGEST_USUAL_CLIENT_IDENTIFIER)
    permit('long-client-identifiers', 'MQTT-3.1.3-5')
  if (!USUAL_CLIENT_IDENTIFIER.test(clientId)) permit('unusual-client-identifiers', 'MQTT-3.1.3-5')
  return permissions
}

/** The first of the permissions that the target declares it uses. */
export function declaredRefusal(
  { refuses = [] }: Declaration,
  permissions: readonly Permission[],
): Permission | undefined {
  return permissions.find(({ reason }) => refuses.includes(reason))
}

/** Whether the Remaining Length is not in its shortest form: its last byte is 0. */
function hasLongRemainingLength(bytes: Uint8Array): boolean {
  let index = 1
  while ((bytes[index] ?? 0) >= 0x80) index++
  return index > 1 && bytes[index] === 0
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return ''
  return Object.values(value).map(textOf).join('')
}
