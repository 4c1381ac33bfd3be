// Formats findings as text and as JSON.

import type { Finding } from './campaign.ts'
import { chunksOf } from './stream.ts'

const MAX_HEX_LENGTH = 400

/** Formats a finding as a block of text. */
export function block(finding: Finding, number: number): string {
  const { stream, expected, happened, origin, showsAlone } = finding
  const hex = Buffer.from(stream.bytes).toString('hex')
  const rows: [string, string][] = [
    ['bytes', shortened(hex === '' ? 'none' : hex)],
    ...(stream.cuts.length === 0
      ? []
      : [['chunks', shortened(chunkHex(finding).join(' | '))] as [string, string]]),
    ['expected', expected],
    ['happened', happened],
    ['found in', `${origin}${showsAlone ? '' : ', and only with the inputs before it'}`],
  ]
  return `\n${number}. ${title(finding)}\n${rows.map(([name, text]) => `   ${name.padEnd(9)} ${text}`).join('\n')}`
}

/** The finding's kind, subject, clause and packet type, in one line. */
export function title({ kind, about, rule, packetType }: Finding): string {
  const type = packetType === undefined ? '' : `, ${packetType.toUpperCase()}`
  return `${kind}: ${about}${rule === undefined ? '' : ` [${rule}]`}${type}`
}

/** Formats a finding for the JSON file. */
export function asJson(finding: Finding): object {
  const { kind, about, rule, packetType, stream, expected, happened, origin, showsAlone } = finding
  const bytes = Buffer.from(stream.bytes).toString('hex')
  return {
    kind,
    about,
    rule,
    packetType,
    bytes,
    chunks: chunkHex(finding),
    expected,
    happened,
    origin,
    showsAlone,
  }
}

function chunkHex({ stream }: Finding): string[] {
  return chunksOf(stream).map((chunk) => chunk.toString('hex'))
}

function shortened(hex: string): string {
  return hex.length > MAX_HEX_LENGTH ? `${hex.slice(0, MAX_HEX_LENGTH)}… (${hex.length} characters)` : hex
}
