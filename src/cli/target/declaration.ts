// What a target declares about itself. It is judged by this declaration.

import { readFileSync } from 'node:fs'
import { PacketParser, PacketType, type ParserOptions } from '../../index.ts'
import { UsageError } from '../usage.ts'

/** Reasons for which the standard allows a receiver to refuse a valid packet. */
export const REFUSABLE = [
  'control-characters',
  'non-characters',
  'empty-client-identifiers',
  'long-client-identifiers',
  'unusual-client-identifiers',
  'long-remaining-lengths',
] as const

export type PermittedRefusal = (typeof REFUSABLE)[number]

/** The options of mqtt-wire's parser that a target may declare. */
const PARSER_OPTIONS = [
  'role',
  'maxPacketSize',
  'protocols',
  'tolerate',
  'maxTopicLength',
  'maxTopicLevels',
  'maxTopicFilters',
] as const

type DeclaredOptions = Pick<ParserOptions, (typeof PARSER_OPTIONS)[number]>

export interface Declaration extends DeclaredOptions {
  /** The valid packets that it refuses. It may also refuse what it does not declare, but need not. */
  readonly refuses?: readonly PermittedRefusal[]
  /** The packet types that it is sent: those of one side (Table 2.1), or a list. */
  readonly sendsOnly?: 'client' | 'server' | readonly string[]
  /** Whether it only accepts or refuses, without returning packets. */
  readonly verdictsOnly?: boolean
}

const KEYS: readonly string[] = [...PARSER_OPTIONS, 'refuses', 'sendsOnly', 'verdictsOnly']
const TYPES = Object.keys(PacketType).map((name) => name.toLowerCase())
const SENT_BY_SERVERS_ONLY: readonly string[] = ['connack', 'suback', 'unsuback', 'pingresp']
const SENT_BY_CLIENTS_ONLY: readonly string[] = [
  'connect',
  'subscribe',
  'unsubscribe',
  'pingreq',
  'disconnect',
]

/**
 * Checks a declaration.
 *
 * @param where the origin, for the error
 * @throws UsageError if it is invalid
 */
export function declarationFrom(value: unknown, where: string): Declaration {
  const fail = (message: string): never => {
    throw new UsageError(`${where}: ${message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('a declaration must be an object such as { "role": "server" }')
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) fail(`${unknown} is not one of ${KEYS.join(', ')}`)
  const declaration = value as Declaration
  const { refuses = [], sendsOnly } = declaration
  const wrong = [...refuses].find((reason) => !(REFUSABLE as readonly unknown[]).includes(reason))
  if (wrong !== undefined) fail(`refuses: ${wrong} is not one of ${REFUSABLE.join(', ')}`)
  const type = Array.isArray(sendsOnly) ? sendsOnly.find((name) => !TYPES.includes(name)) : undefined
  if (type !== undefined) fail(`sendsOnly: ${type} is not one of ${TYPES.join(', ')}`)
  if (sendsOnly?.length === 0) fail('sendsOnly must name a packet type')
  if (typeof sendsOnly === 'string' && sendsOnly !== 'client' && sendsOnly !== 'server')
    fail("sendsOnly must be 'client', 'server' or a list of packet types")
  try {
    new PacketParser(parserOptions(declaration))
  } catch (error) {
    fail((error as Error).message)
  }
  return declaration
}

/** @throws UsageError if the file has no declaration */
export function readDeclaration(file: string): Declaration {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`--declare: ${(error as Error).message}`)
  }
  return declarationFrom(value, `--declare ${file}`)
}

/** The options with which mqtt-wire's parser behaves as the target declares. */
export function parserOptions(declaration: Declaration): ParserOptions {
  const { refuses = [] } = declaration
  const options: Record<string, unknown> = {}
  for (const key of PARSER_OPTIONS) if (declaration[key] !== undefined) options[key] = declaration[key]
  const refuse = refuses.filter((reason) => reason === 'control-characters' || reason === 'non-characters')
  return { ...options, refuse }
}

/** Whether the declaration changes the verdicts of mqtt-wire's parser, so that a generator's expectation may not apply. */
export function changesVerdicts(declaration: Declaration): boolean {
  return PARSER_OPTIONS.some((key) => declaration[key] !== undefined)
}

/** Whether the target is sent packets of this type. */
export function isSent({ sendsOnly }: Declaration, packetType: string | undefined): boolean {
  if (sendsOnly === undefined || packetType === undefined) return true
  if (sendsOnly === 'client') return !SENT_BY_SERVERS_ONLY.includes(packetType)
  if (sendsOnly === 'server') return !SENT_BY_CLIENTS_ONLY.includes(packetType)
  return sendsOnly.includes(packetType)
}
