import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type Difference, explaining, MOSQUITTO, MOSQUITTO_PRESET } from './differences.ts'
import type { Installation } from './peers/peer.ts'
import { agrees, type Row, type Verdict } from './verdict.ts'

// VERDICTS.md, which has a part for each broker. UPDATE_VERDICTS=1 writes the parts of the installed brokers.

const PAGE = new URL('VERDICTS.md', import.meta.url)
const EXAMPLES = 4
const LONGEST_HEX = 40

type Verdicts = ReadonlyMap<Row, Verdict>

/** mosquitto's verdicts, counted by our codes, and where they differ from ours. */
export function onEveryRow(version: string, all: Verdicts, forAll: ReadonlySet<Row>): string {
  const verdicts = new Map([...all].filter(([row]) => forAll.has(row)))
  const rows = [...verdicts.keys()]
  const codes = [...new Set(rows.map(codeOf))].sort()
  const differing = rows.filter((row) => !agrees(row, verdicts.get(row)))
  const count = (code: string, of: (verdict: Verdict) => boolean): number =>
    rows.filter((row) => codeOf(row) === code && of(verdicts.get(row)!)).length

  return `# mosquitto's verdicts

Every row of the [corpus](../vectors/README.md) that a client can send and that applies to every receiver, ${rows.length.toLocaleString('en')} rows in
all, sent to mosquitto ${version}. Each row has a connection of its own, after a CONNECT (unless it is one) and before a PINGREQ: a broker that answers the PINGREQ has
accepted the row. There are no answers after DISCONNECT: a broker that accepts it discards the will [MQTT-3.14.4-3], and one that
does not publishes it.

mqtt-wire and mosquitto agree on ${(rows.length - differing.length).toLocaleString('en')} rows.

| mqtt-wire | Rows | mosquitto closes | answers with a refusal in CONNACK | accepts |
|---|---:|---:|---:|---:|
${codes
  .map((code) => {
    const cells = [
      count(code, () => true),
      count(code, (verdict) => verdict === 'closed'),
      count(code, (verdict) => verdict.startsWith('refused')),
      count(code, (verdict) => verdict === 'accepted'),
    ]
    return `| ${code} | ${cells.join(' | ')} |`
  })
  .join('\n')}

## Differences

${table(MOSQUITTO, differing)}

## \`presets.mosquitto2\`

The preset accepts and refuses what mosquitto does, for ${all.size.toLocaleString('en')} rows: those above, and those for a receiver with options. The
rows of MQTT 3.1 follow a CONNECT of MQTT 3.1. There are ${MOSQUITTO_PRESET.length} differences:

${MOSQUITTO_PRESET.map(({ what, why }) => `- ${what}: ${why}`).join('\n')}
`
}

/** Another broker's verdicts on the valid rows. */
export function onValidRows(
  { name, version }: Installation,
  verdicts: Verdicts,
  differences: readonly Difference[],
): string {
  const rows = [...verdicts.keys()]
  const differing = rows.filter((row) => !agrees(row, verdicts.get(row)))
  return `# ${name}'s verdicts

The ${rows.length} valid rows that a client can send, sent in the same way to ${name} ${version()}. It accepts ${rows.length - differing.length}.

${table(differences, differing)}
`
}

function table(differences: readonly Difference[], differing: readonly Row[]): string {
  const lines = differences.map((difference) => {
    const own = differing.filter((row) => explaining(differences, row).includes(difference))
    const examples = own.slice(0, EXAMPLES).map(({ hex, name }) => `\`${shortened(hex)}\` ${name}`)
    return `| ${difference.what} | ${difference.why} | ${own.length} | ${examples.join('<br>')} |`
  })
  return `| What | Clause | Rows | Examples |
|---|---|---:|---|
${lines.join('\n')}`
}

/** Compares a broker's part with the committed one, or writes it. */
export function expectCommitted({ name, version }: Installation, part: string): void {
  const isOwn = (text: string): boolean => text.startsWith(`# ${name}'s verdicts\n`)
  const parts = readFileSync(PAGE, 'utf8').split(/^(?=# )/m)
  if (process.env.UPDATE_VERDICTS === '1') {
    const anew = parts.map((text) => (isOwn(text) ? part : text))
    if (!parts.some(isOwn)) anew.push(part)
    writeFileSync(PAGE, `${anew.map((text) => text.trimEnd()).join('\n\n')}\n`)
    return
  }
  const committed = parts.find(isOwn)
  // Another version may accept other rows. The tests of the differences still apply.
  const isOfAnother = committed !== undefined && !committed.includes(`${name} ${version()}.`)
  if (!isOfAnother) expect(committed?.trimEnd()).toBe(part.trimEnd())
  else console.log(`VERDICTS.md was written with another version than ${name} ${version()}.`)
}

function codeOf(row: Row): string {
  return 'code' in row ? `\`${row.code}\`` : 'valid'
}

function shortened(hex: string): string {
  return hex.length > LONGEST_HEX ? `${hex.slice(0, LONGEST_HEX)}…` : hex
}
