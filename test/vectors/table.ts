// Generates README.md from the corpus and the source.

import { DECODE_ERRORS } from '../../src/index.ts'
import { readSource, sourceFiles } from '../support/source.ts'
import { DIFFERENCES_31 } from './mqtt-31.ts'
import { IN_SCOPE, OUT_OF_SCOPE } from './statements.ts'
import type { Permission, Vectors } from './vectors.d.cts'

type SpelledOut = Omit<Vectors, 'large'>

/** Code that is built on the core does not enforce statements. */
const NOT_ENFORCING = /^(testing|cli)\//
const LONGEST_HEX = 48
/** If a statement has more rows than this, the first two are shown. */
const MOST_NAMES = 8

/** The command that generates this page and the JSON. */
export const REGENERATE = 'UPDATE_VECTORS=1 npm test -- test/vectors/corpus'

export function readme(corpus: SpelledOut): string {
  return `# The conformance corpus

The rules of MQTT 3.1.1 for bytes, as data for codecs in any language: [vectors.json](vectors.json), described by
[schema.json](schema.json). It was written by hand from the standard, not by running mqtt-wire. The tests check mqtt-wire
against it, and [test/interop](../interop/README.md) checks real brokers.

Version ${corpus.version}: ${sizes(corpus)}.

\`\`\`js
const vectors = createRequire(import.meta.url)('mqtt-wire/vectors') // or an import, with { type: 'json' }
for (const { name, hex, packet } of vectors.valid) compare(name, packet, decode(Buffer.from(hex, 'hex')))
for (const { name, hex, rule } of vectors.malformed) mustRefuse(name, rule, Buffer.from(hex, 'hex'))
\`\`\`

To run the corpus against a parser in any language, or against a broker, use [\`mqtt-wire check\`](../fuzz/README.md).

- \`hex\`: the bytes. In packets, payloads, will messages and passwords are also hexadecimal; text is text.
- \`rule\`: the statement that the row shows, or a section if no numbered statement covers it. \`also\`: other rules that it shows.
- \`valid\`: rows with one packet. An encoder must write the same bytes, unless the row is \`readOnly\`.
- \`malformed\`: \`code\` and \`field\` identify the violation. \`offset\` is its position, in bytes from the packet's first byte.
  \`further\` lists violations after it. \`tolerated\` is the packet that a receiver reads if it tolerates them all; it is absent if
  one of them cannot be tolerated. \`action\` is what the standard requires of a server: close, or answer with a CONNACK first.
- \`streams\`: several packets, possibly followed by a malformed or incomplete one. \`headers\`: fixed headers whose bodies would be
  too large for the file. \`matching\`: topic filters and topic names.
- \`large\`: further rows, of more than 4 KiB each. Their long strings are written as \`{ "runs": [[part, times], …] }\`. This
  expands them to rows like the others:

  \`\`\`js
  const expand = (_, value) => value?.runs?.map(([part, times]) => part.repeat(times)).join('') ?? value
  const { valid } = JSON.parse(JSON.stringify(vectors.large), expand)
  \`\`\`
- \`requirement\`: whether receivers must follow the row, see [below](#must-and-may).
- \`inferred\`: the standard implies the rule but does not state it. This applies to packet identifier 0 in acknowledgements:
  [MQTT-2.3.1-1] forbids it only in the packets that they acknowledge.
- \`options\`: the row applies to a receiver with these options: protocols, limits, a role, characters that it refuses, or
  violations that it tolerates in some packet types.
- \`advisory\`: the published advisory, or the other protocol, that the bytes come from.

Version 2.0.0 judges sizes at the fixed header. For a Remaining Length that no packet of the type can have, it gives the field
\`Remaining Length\`, offset 1 and the rule of the type's own section (§3.4.1 for PUBACK), with the code \`body-too-short\` or
\`surplus-bytes\`; 1.0.0 gave the field in which the packet ended. If a packet has a wrong size and another violation, the size
therefore comes first, after the flags. \`protocolLevel\` became \`found\`. Fixed headers that announce fewer bytes than their type
requires were removed. The options \`refuse\` and \`tolerate\`, and the rows of MQTT 3.1, are new.

Version 3.0.0 says whether each row is a must, has large rows in lists of their own, cites [MQTT-4.3.1-1] for DUP with QoS 0 and
§4.7.3 for limits on levels, and has will messages in the rows for text fields.

Version 3.1.0 renames rows and rewords the descriptions in the schema. Bytes, verdicts and rules are the same.

Version 3.2.0 adds rows of MQTT 3.1: lists without a topic filter, user names that are not valid text, and user names and
passwords that the end of the packet cuts off.

## Must and may

A row applies to receivers of its packet type (Table 2.1): CONNECT rows apply to servers, CONNACK rows to clients. Rows with
\`options\` apply to receivers that have these options.

| | Accepts it | Refuses it | Waits: asks for more bytes |
|---|---|---|---|
| valid, must | correct | wrong | wrong |
| valid, may | correct | allowed by \`permission\` | wrong |
| malformed, must | wrong | correct | wrong: the packet is complete, so no bytes can change the verdict |
| malformed, may, \`other-protocols\` | allowed, as a packet of another protocol | correct | allowed |
| malformed, may, \`incomplete-packets\` | wrong | correct, and earlier than required | allowed |

A server refuses a packet by closing the connection, or by the answer in \`action\` or \`alternative\`: it may answer a misplaced
wildcard in SUBSCRIBE with 0x80 instead.

| Reason | Rule | Rows | What the standard says |
|---|---|---:|---|
${permissions(corpus).join('\n')}

The rows are written in the \`.ts\` files here, one for each part of the standard, in the notation of [notation.ts](notation.ts).
After a change to them or to \`src/\`, \`${REGENERATE}\` generates the JSON and this page.

## MQTT 3.1

Rows with \`protocols: ['3.1']\` apply to a receiver that only supports MQTT 3.1. Streams that start with a CONNECT of 3.1 show the
same for one that supports both. The two standards differ as follows:

| Difference | In 3.1 | Why | Row |
|---|---|---|---|
${differences31(corpus).join('\n')}

## Statements that bytes can violate

If more than ${MOST_NAMES} rows show a statement, the table names two of them; \`rule\` and \`also\` identify the others.

| Statement | Rows | Enforced by |
|---|---|---|
${IN_SCOPE.map((id) => statementRow(corpus, id)).join('\n')}

## Statements that bytes alone cannot violate

Whether these statements are violated depends on something that a codec does not know:

| It depends on | Statements |
|---|---|
${OUT_OF_SCOPE.map(({ why, statements }) => `| ${why} | ${statements.join(', ')} |`).join('\n')}

## Tolerated violations

One row for each code that can be tolerated:

| Code | Bytes | Read as |
|---|---|---|
${tolerating(corpus).join('\n')}

## Advisories and other protocols

| | Bytes | mqtt-wire says |
|---|---|---|
${advisories(corpus).join('\n')}
`
}

const REASONS: Readonly<Record<Permission['reason'], string>> = {
  'control-characters':
    'text SHOULD NOT have U+0001 to U+001F and U+007F to U+009F; a receiver MAY close the connection',
  'non-characters': 'the same for code points that Unicode defines to be non-characters',
  'empty-client-identifiers': 'a server MAY allow an empty client identifier, and must then assign one',
  'long-client-identifiers': 'a server MUST allow 1 to 23 bytes, and MAY allow more',
  'unusual-client-identifiers': 'a server MUST allow 0-9, a-z and A-Z, and MAY allow other characters',
  'long-remaining-lengths':
    'nothing about a Remaining Length that is not in its shortest form; whether it is valid is debated, and MQTT 5 forbids it',
  'other-protocols': 'a server that supports another protocol or level MAY continue by its rules',
  'incomplete-packets':
    'nothing about when to refuse a packet; refusing it before it is complete saves memory, but is not required',
}

function permissions({ valid, malformed, streams, headers }: SpelledOut): string[] {
  const rows = [...valid, ...malformed, ...streams, ...headers]
  return Object.entries(REASONS).map(([reason, says]) => {
    const own = rows.flatMap(({ permission }) => (permission?.reason === reason ? [permission.rule] : []))
    return `| \`${reason}\` | ${[...new Set(own)].join(', ')} | ${own.length} | ${says} |`
  })
}

function sizes({ valid, malformed, streams, headers, matching }: SpelledOut): string {
  const count = (list: readonly unknown[], name: string): string =>
    `${list.length.toLocaleString('en')} ${name}`
  return [
    count(valid, 'valid packets'),
    count(malformed, 'malformed ones'),
    count(streams, 'streams'),
    count(headers, 'fixed headers'),
    count(matching, 'pairs of topic filter and topic name'),
  ].join(', ')
}

function statementRow(corpus: SpelledOut, id: string): string {
  const rows = [...corpus.valid, ...corpus.malformed, ...corpus.streams, ...corpus.headers].filter(
    ({ rule, also = [] }) => rule === id || also.includes(id),
  )
  const names = [
    ...rows.map(({ name }) => name),
    ...corpus.matching
      .filter(({ rule }) => rule === id)
      .map(({ filter, topic, matches }) => `${filter} ${matches ? 'matches' : 'does not match'} ${topic}`),
  ]
  const shown = names.length > MOST_NAMES ? names.slice(0, 2) : names
  const more = names.length > shown.length ? `, and ${names.length - shown.length} more` : ''
  const lines = enforcedBy(id).map(({ file, code }) => `[${file}](../../src/${file}): \`${escaped(code)}\``)
  return `| ${id} | ${shown.map(escaped).join('; ')}${more} | ${lines.join('<br>')} |`
}

interface SourceLine {
  readonly file: string
  readonly code: string
}

/** The source lines that cite the statement, or that follow a comment which cites it. */
export function enforcedBy(id: string): SourceLine[] {
  return SOURCE_LINES.filter(({ comment }) => comment.includes(`[${id}]`))
}

const SOURCE_LINES: readonly (SourceLine & { readonly comment: string })[] = sourceFiles
  .filter((file) => !NOT_ENFORCING.test(file))
  .flatMap((file) => {
    const lines = readSource(file)
      .split('\n')
      .map((line) => line.trim())
    return lines.flatMap((comment, index) => {
      if (/^(\*|\/\*\*)/.test(comment)) return [] // a doc comment, not code that enforces the statement
      const code = codeOf(comment)
      const below = lines[index + 1] ?? ''
      return code === '' ? { file, code: below, comment } : { file, code, comment }
    })
  })

function codeOf(line: string): string {
  return line.replace(/\s*\/\/.*$/, '').replace(/^,$/, '')
}

function differences31({ valid, malformed }: SpelledOut): string[] {
  return DIFFERENCES_31.map(({ what, verdict, why, row }) => {
    const { hex } = [...valid, ...malformed].find(({ name }) => name === row)!
    return `| ${what} | ${verdict} | ${why} | \`${shortened(hex)}\` ${row} |`
  })
}

function tolerating({ malformed }: SpelledOut): string[] {
  return Object.entries(DECODE_ERRORS).flatMap(([code, { tolerable }]) => {
    if (!tolerable) return []
    const row = malformed.find((each) => each.code === code && each.further === undefined && each.tolerated)
    return [
      `| \`${code}\` | \`${shortened(row?.hex ?? '')}\` | \`${escaped(JSON.stringify(row?.tolerated))}\` |`,
    ]
  })
}

function advisories({ valid, malformed, streams }: SpelledOut): string[] {
  const row = (advisory: string, name: string, hex: string, verdict: string): string =>
    `| ${advisory}: ${name} | \`${shortened(hex)}\` | ${verdict} |`
  const refused = ({ code, rule, offset }: { code: string; rule: string; offset: number }): string =>
    `\`${code}\` [${rule}], byte ${offset}`
  return [
    ...valid.flatMap(({ advisory, name, hex }) => (advisory ? [row(advisory, name, hex, 'valid')] : [])),
    ...malformed.flatMap((each) =>
      each.advisory ? [row(each.advisory, each.name, each.hex, refused(each))] : [],
    ),
    ...streams.flatMap(({ advisory, name, hex, error }) =>
      advisory
        ? [
            row(
              advisory,
              name,
              hex,
              error ? refused(error) : 'needs more bytes, and holds only what has arrived',
            ),
          ]
        : [],
    ),
  ].sort()
}

function shortened(hex: string): string {
  return hex.length > LONGEST_HEX ? `${hex.slice(0, LONGEST_HEX)}… (${hex.length / 2} bytes)` : hex
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\0', '\\0').replaceAll('\uFEFF', '\\uFEFF')
}
