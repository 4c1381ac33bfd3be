// README.md, made from the corpus and from the source.

import { DECODE_ERRORS } from '../../src/index.ts'
import { readSource, sourceFiles } from '../support/source.ts'
import { DIFFERENCES_31 } from './mqtt-31.ts'
import { IN_SCOPE, OUT_OF_SCOPE } from './statements.ts'
import type { Vectors } from './vectors.d.cts'

/** What builds on the core enforces nothing. */
const NOT_ENFORCING = /^(testing|cli)\//
const LONGEST_HEX = 48
/** Of more rows than this, the first two stand for all. */
const MOST_NAMES = 8

/** Writes this page and the JSON anew: after a change of a section, and of a line of source. */
export const REGENERATE = 'UPDATE_VECTORS=1 npm test -- test/vectors/corpus'

export function readme(corpus: Vectors): string {
  return `# The conformance corpus

What MQTT 3.1.1 says about bytes, as data for any codec in any language: [vectors.json](vectors.json), of the form of
[schema.json](schema.json). Version ${corpus.version}: ${sizes(corpus)}. Made by hand from the standard, not by running
mqtt-wire; the tests hold mqtt-wire against it, and [test/interop](../interop/README.md) holds real brokers against it.

\`\`\`js
const vectors = createRequire(import.meta.url)('mqtt-wire/vectors') // or an import, with { type: 'json' }
for (const { name, hex, packet } of vectors.valid) compare(name, packet, decode(Buffer.from(hex, 'hex')))
for (const { name, hex, rule } of vectors.malformed) mustRefuse(name, rule, Buffer.from(hex, 'hex'))
\`\`\`

- \`hex\` is bytes. In packets text is text, and payloads, will messages and passwords are hexadecimal.
- \`rule\` is the statement that a row shows, or a section where the standard numbers none; \`also\` has further ones.
- \`valid\`: one packet each. An encoder has to write the same bytes, unless the row is \`readOnly\`.
- \`malformed\`: \`code\` and \`field\` name the breach, \`offset\` is where it shows, in bytes from the packet's first. \`further\`
  breaches come behind it. \`tolerated\` is what a reader gets who lets all of them pass; without it there is nothing to get.
  \`action\` is what the standard asks of a server: close, or answer with a CONNACK first.
- \`streams\`: several packets in a row, with a breach or half a packet at the end. \`headers\`: fixed headers of bodies too large
  to be written down. \`matching\`: topic filters and topic names.
- \`options\`: rows that hold for a receiver with these options: protocols, limits, a role, characters that it refuses,
  breaches that it tolerates in some packet types.
- \`advisory\`: what the bytes are known from.

Version 2.0.0 judges sizes at the fixed header. A Remaining Length that no packet of the type can have has the field
\`Remaining Length\`, offset 1 and the rule of the type's own section (§3.4.1 for PUBACK), with the code \`body-too-short\` or
\`surplus-bytes\`; in 1.0.0 it was the field in which the packet ended. So where a packet has a wrong size and another
breach, the size comes first, after the flags. \`protocolLevel\` became \`found\`. Fixed headers that announce fewer bytes
than their type takes are gone. The options \`refuse\` and \`tolerate\`, and the rows of MQTT 3.1, are new.

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

function sizes({ valid, malformed, streams, headers, matching }: Vectors): string {
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

function statementRow(corpus: Vectors, id: string): string {
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

function differences31({ valid, malformed }: Vectors): string[] {
  return DIFFERENCES_31.map(({ what, verdict, why, row }) => {
    const { hex } = [...valid, ...malformed].find(({ name }) => name === row)!
    return `| ${what} | ${verdict} | ${why} | \`${shortened(hex)}\` ${row} |`
  })
}

function tolerating({ malformed }: Vectors): string[] {
  return Object.entries(DECODE_ERRORS).flatMap(([code, { tolerable }]) => {
    if (!tolerable) return []
    const row = malformed.find((each) => each.code === code && each.further === undefined && each.tolerated)
    return [
      `| \`${code}\` | \`${shortened(row?.hex ?? '')}\` | \`${escaped(JSON.stringify(row?.tolerated))}\` |`,
    ]
  })
}

function advisories({ valid, malformed, streams }: Vectors): string[] {
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
