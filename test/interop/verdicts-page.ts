import type { Difference } from './differences.ts'
import type { Row, Verdict } from './verdict.ts'

const EXAMPLES = 4
const LONGEST_HEX = 40

/** VERDICTS.md: what mosquitto does with each row, counted by our codes, and where it does something else. */
export function verdictsPage(
  version: string,
  verdicts: ReadonlyMap<Row, Verdict>,
  explaining: (row: Row) => readonly Difference[],
): string {
  const rows = [...verdicts.keys()]
  const codes = [...new Set(rows.map(codeOf))].sort()
  const isAccepted = (row: Row): boolean => verdicts.get(row) === 'accepted'
  const differing = rows.filter((row) => isAccepted(row) === 'code' in row)
  const differences = [...new Set(differing.flatMap(explaining))]
  const count = (code: string, of: (verdict: Verdict) => boolean): number =>
    rows.filter((row) => codeOf(row) === code && of(verdicts.get(row)!)).length

  return `# What mosquitto says

Every row of the [corpus](../vectors/README.md) that a client can send, ${rows.length.toLocaleString('en')} in all, sent to mosquitto ${version}. Each
went over a connection of its own, behind a CONNECT where it is none itself, with a PINGREQ behind it: who answers that
has accepted the row. Not asked: what only servers send, DISCONNECT, after which nobody answers, and rows for a receiver
with options.

The two agree on ${(rows.length - differing.length).toLocaleString('en')} rows.

| mqtt-wire | Rows | mosquitto closes | answers CONNACK with a refusal | accepts |
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

| What | Clause | Rows | For instance |
|---|---|---:|---|
${differences
  .map((difference) => {
    const own = differing.filter((row) => explaining(row).includes(difference))
    const examples = own.slice(0, EXAMPLES).map(({ hex, name }) => `\`${shortened(hex)}\` ${name}`)
    return `| ${difference.what} | ${difference.why} | ${own.length} | ${examples.join('<br>')} |`
  })
  .join('\n')}

\`presets.mosquitto2\` makes up for ${differences.filter(({ inPreset }) => inPreset).length} of these ${differences.length}.
`
}

function codeOf(row: Row): string {
  return 'code' in row ? `\`${row.code}\`` : 'valid'
}

function shortened(hex: string): string {
  return hex.length > LONGEST_HEX ? `${hex.slice(0, LONGEST_HEX)}…` : hex
}
