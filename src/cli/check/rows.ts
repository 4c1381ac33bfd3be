// The rows of the corpus that a target is judged by.

import { isDeepStrictEqual } from 'node:util'
import { decodeRemainingLength } from '../../index.ts'
import { CONTROL_PACKETS, packetTypeOf } from '../../packet-types.ts'
import { type Breach, corpusRows, type Row } from '../corpus.ts'
import { type Declaration, parserOptions } from '../target/declaration.ts'
import { differingField } from '../verdict/difference.ts'
import type { TestInput } from '../verdict/examination.ts'
import { type Expectation, expectationFor, isForTarget } from '../verdict/expectation.ts'

export interface CheckedRow extends TestInput {
  readonly row: Row
  readonly known: Expectation
}

/** The rows that apply to a target with this declaration. */
export function rowsFor(declaration: Declaration): CheckedRow[] {
  return corpusRows().flatMap((row) => {
    const bytes = Buffer.from(row.hex, 'hex')
    if (!isForTarget(bytes, declaration) || !holdsFor(row, bytes, declaration)) return []
    return [{ row, bytes, cuts: [], isStrict: true, known: expectationFrom(row, bytes) }]
  })
}

/** Whether the row applies to the target. */
function holdsFor({ options, ...row }: Row, bytes: Uint8Array, declaration: Declaration): boolean {
  const { refuse, ...declared } = parserOptions(declaration)
  if (options !== undefined) {
    const { refuse: refused = [], ...others } = options as { refuse?: string[] }
    const isOwn = Object.entries(others).every(([name, value]) =>
      isDeepStrictEqual(value, declared[name as keyof typeof declared]),
    )
    return isOwn && isDeepStrictEqual([...refused].sort(), [...(refuse ?? [])].sort())
  }
  // A row for receivers without options applies if the target's own options change nothing.
  const { ending, packets } = expectationFor(bytes, declaration)
  const expected = expectationFrom(row as Row, bytes)
  if (packets.length !== expected.packets.length) return false
  if (packets.some((packet, index) => differingField(expected.packets[index], packet) !== undefined))
    return false
  if (ending.kind === 'another protocol') return true
  if (ending.kind === 'incomplete' && expected.ending.kind === 'refused') return true
  return (
    ending.kind === expected.ending.kind &&
    (ending as Partial<Breach>).code === (expected.ending as Partial<Breach>).code
  )
}

/** What the row expects. */
function expectationFrom(row: Row, bytes: Uint8Array): Expectation {
  const packets = (row.packet === undefined ? (row.packets ?? []) : [row.packet]).map(withBytes)
  const breach = row.error ?? (row.code === undefined ? undefined : (row as Breach))
  const ends = endsOf(bytes, packets.length)
  if (breach !== undefined) {
    const { code, rule, packetType } = breach
    const message = `${packetType?.toUpperCase() ?? 'the packet'} violates ${code} [${rule}]`
    const ending = { kind: 'refused', code, rule, packetType, message, end: bytes.length } as const
    return { packets, ends, ending }
  }
  return { packets, ends, ending: { kind: row.incomplete === undefined ? 'complete' : 'incomplete' } }
}

function withBytes(packet: unknown): Expectation['packets'][number] {
  const inner = (value: unknown, key = ''): unknown => {
    if ((key === 'payload' || key === 'password') && typeof value === 'string')
      return Buffer.from(value, 'hex')
    if (Array.isArray(value)) return value.map((item) => inner(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item, name)]))
  }
  return inner(packet) as Expectation['packets'][number]
}

function endsOf(bytes: Uint8Array, count: number): number[] {
  const ends: number[] = []
  for (let start = 0; ends.length < count; ) {
    const { value, length } = decodeRemainingLength(bytes, start + 1) as { value: number; length: number }
    start += 1 + length + value
    ends.push(start)
  }
  return ends
}

/** The packet type of a row's first byte; undefined if it is reserved. */
export function typeOfRow({ hex }: Pick<Row, 'hex'>): string | undefined {
  return CONTROL_PACKETS[packetTypeOf(Number.parseInt(hex.slice(0, 2), 16))]?.name
}
