// Formats findings as text and as JSON.

import { type Reported, title } from '../report/report.ts'
import { chunksOf } from '../target/stream.ts'
import { escaped } from '../terminal.ts'
import type { Finding } from './campaign.ts'

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
    ['expected', escaped(expected)],
    ['happened', escaped(happened)],
    ['found in', `${origin}${showsAlone ? '' : ', and only with the inputs before it'}`],
  ]
  return `\n${number}. ${title(finding)}\n${rows.map(([name, text]) => `   ${name.padEnd(9)} ${text}`).join('\n')}`
}

/** Formats a finding for other programs. */
export function findingAsJson(finding: Finding): Reported & { readonly chunks: readonly string[] } {
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
    ...{ origin, showsAlone },
  }
}

/** The findings grouped by subject and clause, which often share a cause. */
export function groups(findings: readonly Finding[]): string {
  const byCause = new Map<string, Map<string, string[]>>()
  for (const { kind, about, rule, packetType } of findings) {
    const cause = `${escaped(about)}${rule === undefined ? '' : ` [${rule}]`}`
    const byKind = byCause.get(cause) ?? new Map<string, string[]>()
    byCause.set(cause, byKind)
    byKind.set(kind, [
      ...(byKind.get(kind) ?? []),
      ...(packetType === undefined ? [] : [packetType.toUpperCase()]),
    ])
  }
  const kinds = (byKind: ReadonlyMap<string, readonly string[]>): string =>
    [...byKind].map(([kind, types]) => [kind, types.join(', ')].filter(Boolean).join(' in ')).join('; ')
  return [...byCause].map(([cause, byKind]) => `  ${cause}: ${kinds(byKind)}`).join('\n')
}

function chunkHex({ stream }: Finding): string[] {
  return chunksOf(stream).map((chunk) => chunk.toString('hex'))
}

function shortened(hex: string): string {
  return hex.length > MAX_HEX_LENGTH ? `${hex.slice(0, MAX_HEX_LENGTH)}… (${hex.length} characters)` : hex
}
