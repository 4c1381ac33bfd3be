// README.md, made from the corpus and from the source.

import { DECODE_ERRORS } from '../../src/index.ts'
import { readSource, sourceFiles } from '../support/source.ts'
import { DIFFERENCES_31 } from './mqtt-31.ts'
import { IN_SCOPE, OUT_OF_SCOPE } from './statements.ts'
import type { Permission, Vectors } from './vectors.d.cts'

type SpelledOut = Omit<Vectors, 'large'>

/** What builds on the core enforces nothing. */
const NOT_ENFORCING = /^(testing|cli)\//
const LONGEST_HEX = 48
/** Of more rows than this, the first two stand for all. */
const MOST_NAMES = 8

/** Writes this page and the JSON anew: after a change of a section, and of a line of source. */
export const REGENERATE = 'UPDATE_VECTORS=1 npm test -- test/vectors/corpus'

export function readme(corpus: SpelledOut): string {
  return `# The conformance corpus

What MQTT 3.1.1 says about bytes, as data for any codec in any language: [vectors.json](vectors.json), of the form of
[schema.json](schema.json). Version ${corpus.version}: ${sizes(corpus)}. Made by hand from the standard, not by running
mqtt-wire; the tests hold mqtt-wire against it, and [test/interop](../interop/README.md) holds real brokers against it.

\`\`\`js
const vectors = createRequire(import.meta.url)('mqtt-wire/vectors') // or an import, with { type: 'json' }
for (const { name, hex, packet } of vectors.valid) compare(name, packet, decode(Buffer.from(hex, 'hex')))
for (const { name, hex, rule } of vectors.malformed) mustRefuse(name, rule, Buffer.from(hex, 'hex'))
\`\`\`

To run it all against a parser in any language, or against a broker, use [\`mqtt-wire check\`](../fuzz/README.md).

- \`hex\` is bytes. In packets text is text, and payloads, will messages and passwords are hexadecimal.
- \`rule\` is the statement that a row shows, or a section where the standard numbers none; \`also\` has further ones.
- \`valid\`: one packet each. An encoder has to write the same bytes, unless the row is \`readOnly\`.
- \`malformed\`: \`code\` and \`field\` name the breach, \`offset\` is where it shows, in bytes from the packet's first. \`further\`
  breaches come behind it. \`tolerated\` is what a reader gets who lets all of them pass; without it there is nothing to get.
  \`action\` is what the standard asks of a server: close, or answer with a CONNACK first.
- \`streams\`: several packets in a row, with a breach or half a packet at the end. \`headers\`: fixed headers of bodies too large
  to be written down. \`matching\`: topic filters and topic names.
- \`large\`: further rows, of more than 4 KiB each, in which a long string is written as \`{ "runs": [[part, times], …] }\`.
  Spelled out, they are rows like the others:

  \`\`\`js
  const spelledOut = (_, value) => value?.runs?.map(([part, times]) => part.repeat(times)).join('') ?? value
  const { valid } = JSON.parse(JSON.stringify(vectors.large), spelledOut)
  \`\`\`
- \`requirement\`: whom the row binds, see [below](#must-and-may).
- \`inferred\`: the standard implies the rule, but has no sentence that says it. This is so of packet identifier 0 in
  acknowledgements: [MQTT-2.3.1-1] forbids it in what they acknowledge.
- \`options\`: rows that hold for a receiver with these options: protocols, limits, a role, characters that it refuses,
  breaches that it tolerates in some packet types.
- \`advisory\`: what the bytes are known from.

Version 2.0.0 judges sizes at the fixed header. A Remaining Length that no packet of the type can have has the field
\`Remaining Length\`, offset 1 and the rule of the type's own section (§3.4.1 for PUBACK), with the code \`body-too-short\` or
\`surplus-bytes\`; in 1.0.0 it was the field in which the packet ended. So where a packet has a wrong size and another
breach, the size comes first, after the flags. \`protocolLevel\` became \`found\`. Fixed headers that announce fewer bytes
than their type takes are gone. The options \`refuse\` and \`tolerate\`, and the rows of MQTT 3.1, are new.

Version 3.0.0 says of each row whether it is a must, has its large rows in lists of their own, cites [MQTT-4.3.1-1] for DUP
with QoS 0 and §4.7.3 for limits on levels, and gives the wills of its text fields a message.

## Must and may

A row binds whoever receives packets of its type (Table 2.1): CONNECT rows bind servers, CONNACK rows clients. Rows with
\`options\` bind the receivers that are set to them.

| | Accepts it | Refuses it | Waits: asks for more bytes |
|---|---|---|---|
| valid, must | right | a breach | a breach |
| valid, may | right | allowed by \`permission\` | a breach |
| malformed, must | a breach | right | a breach: the packet is whole, so no bytes can change the verdict |
| malformed, may, \`other-protocols\` | allowed: as a packet of another protocol | right | allowed |
| malformed, may, \`incomplete-packets\` | a breach | right: no later than it has to be | allowed |

A server refuses by closing the connection, or as \`action\` or \`alternative\` says: a misplaced wildcard in SUBSCRIBE may
be answered with 0x80 instead.

| Reason | Rule | Rows | What the standard says |
|---|---|---:|---|
${permissions(corpus).join('\n')}

The sections are the \`.ts\` files here, one for each part of the standard, in a notation that [notation.ts](notation.ts)
explains. After a change there, or in \`src/\`, \`${REGENERATE}\` writes the JSON and
this page anew.

## MQTT 3.1

Rows with \`protocols: ['3.1']\` are for a receiver that reads MQTT 3.1 alone; streams that begin with a CONNECT of 3.1 show
the same for one that reads both. Where the two standards differ:

| Difference | In 3.1 | Why | Row |
|---|---|---|---|
${differences31(corpus).join('\n')}

## Statements that bytes can break

Where more than ${MOST_NAMES} rows show a statement, two stand here; \`rule\` and \`also\` tell the others.

| Statement | Rows | Enforced by |
|---|---|---|
${IN_SCOPE.map((id) => statementRow(corpus, id)).join('\n')}

## Statements that they cannot

Whether these hold depends on what a codec does not know:

| It depends on | Statements |
|---|---|
${OUT_OF_SCOPE.map(({ why, statements }) => `| ${why} | ${statements.join(', ')} |`).join('\n')}

## What tolerating leaves

A row for each code that can be let pass:

| Code | Bytes | Read as |
|---|---|---|
${tolerating(corpus).join('\n')}

## Known from elsewhere

| | Bytes | mqtt-wire says |
|---|---|---|
${advisories(corpus).join('\n')}
`
}

const REASONS: Readonly<Record<Permission['reason'], string>> = {
  'control-characters':
    'text SHOULD NOT have U+0001 to U+001F and U+007F to U+009F; a receiver MAY close the connection',
  'non-characters': 'the same of code points that Unicode defines to be non-characters',
  'empty-client-identifiers': 'a server MAY allow a client to leave the choice to it',
  'long-client-identifiers': 'a server MUST allow 1 to 23 bytes, and MAY allow more',
  'unusual-client-identifiers': 'a server MUST allow 0-9, a-z and A-Z, and MAY allow other characters',
  'long-remaining-lengths':
    'nothing of a Remaining Length that is not in its shortest form, which is debated; MQTT 5 forbids it',
  'other-protocols': 'a server that knows another protocol or level MAY go on by the rules of that one',
  'incomplete-packets':
    'nothing of when to refuse: before the packet is whole is better, as it holds no memory, but is not required',
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
    count(matching, 'pairs of filter and name'),
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

/** The lines of source that carry the statement's identifier, or that stand below a comment with it. */
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
      if (/^(\*|\/\*\*)/.test(comment)) return [] // what a declaration promises, not what a line does
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
        ? [row(advisory, name, hex, error ? refused(error) : 'needs more, and holds no more than came')]
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
