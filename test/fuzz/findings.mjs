// Runs fuzz and check on the adapters of other parsers, and generates FINDINGS.md:
//   npm run build && npm ci --prefix test/fuzz && node test/fuzz/findings.mjs

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LANGUAGES, versionOf } from './languages.mjs'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const HERE = fileURLToPath(new URL('.', import.meta.url))
const SEED = '1'
const RUNS = '50000'
const PARSERS = [
  ['mqtt-packet', 'mqtt-packet'],
  ['@sap/xb-msg-mqtt-v311', 'sap-xb-msg-mqtt-v311'],
  ['mqtt-wire', 'mqtt-wire'],
]
const LONGEST_BYTES = 60

const directory = mkdtempSync(join(tmpdir(), 'mqtt-wire-findings-'))
const { dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
const sections = PARSERS.map(([parser, adapter]) => section(parser, adapter, reportOn(adapter)))
const checked = LANGUAGES.filter(({ isInstalled }) => isInstalled()).map(checkedSection)
rmSync(directory, { recursive: true })

writeFileSync(
  join(HERE, 'FINDINGS.md'),
  `# Findings in other parsers

Written by \`node test/fuzz/findings.mjs\`: the conformance corpus and ${Number(RUNS).toLocaleString('en')} generated
inputs, seed ${SEED}, for each parser. Each row is a distinct finding, with the shortest input that shows it; \`|\` is
where it is cut into chunks. "accepts" is followed by the rule that the bytes violate. A codec may leave some of these rules to the
program that uses it, which must then enforce them. Levels and protocol names other than those of MQTT 3.1.1 are not judged.

${sections.join('\n')}
# Decoders in other languages

\`mqtt-wire check --exec\` on the decoders that Debian packages. Each row is a violated requirement, with the number of rows of
the corpus that show it, and the bytes of the first. Debian packages no MQTT decoder in Rust, so the Rust adapter contains a
small one for you to replace.

${checked.join('\n')}`,
)

function checkedSection({ name, file, packages, build }) {
  const json = join(directory, `${file}.json`)
  const args = [MAIN, 'check', '--exec', build(directory), '--json', json]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status > 1) throw new Error(stderr)
  const { rows: tried, findings, mays } = JSON.parse(readFileSync(json, 'utf8'))
  const versions = packages.map((each) => `${each} ${versionOf(each) ?? 'not from Debian'}`).join(', ')
  const used = [...new Set(mays.map(({ about, rule }) => `${about} [${rule}]`))]
  const rows = findings.map(({ outcome, kind, about, rule = '', packetType = '', rows, bytes }) => [
    outcome === 'wait' ? 'waits' : kind,
    about,
    rule,
    packetType.toUpperCase(),
    String(rows.length),
    shortened(bytes),
  ])
  const head = ['Kind', 'What', 'Rule', 'Packet', 'Rows', 'Bytes']
  return `## ${name}

[adapters/${file}](adapters/${file}), ${versions}: ${tried.toLocaleString('en')} rows, ${findings.length} findings. Permissions that it uses: ${used.join(', ') || 'none'}.
${rows.length === 0 ? '' : `\n${table([head, ...rows])}\n`}`
}

function shortened(hex) {
  if (hex.length <= LONGEST_BYTES) return `\`${hex}\``
  return `\`${hex.slice(0, LONGEST_BYTES)}…\` (${(hex.length / 2).toLocaleString('en')} bytes)`
}

function reportOn(adapter) {
  const json = join(directory, `${adapter}.json`)
  const { status, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'fuzz', join(HERE, `adapters/${adapter}.mjs`), '--seed', SEED, '--runs', RUNS, '--json', json],
    { encoding: 'utf8' },
  )
  if (status > 1) throw new Error(stderr)
  return JSON.parse(readFileSync(json, 'utf8'))
}

function section(parser, adapter, { inputs, findings }) {
  const version = dependencies[parser]
  const heading = `## ${parser}${version === undefined ? '' : ` ${version}`}\n\n[adapters/${adapter}.mjs](adapters/${adapter}.mjs), ${inputs.toLocaleString('en')} inputs: `
  if (findings.length === 0) return `${heading}no finding.\n`
  const rows = findings.map(cells).sort((a, b) => (a.join() < b.join() ? -1 : 1))
  return `${heading}${findings.length} findings.\n\n${table([['Kind', 'What', 'Rule', 'Packet', 'Bytes'], ...rows])}\n`
}

function cells({ kind, about, rule = '', packetType = '', bytes, chunks }) {
  const hex = chunks.join(' | ')
  const size = `${(bytes.length / 2).toLocaleString('en')} bytes in ${chunks.length.toLocaleString('en')} chunks`
  const shown = hex.length > LONGEST_BYTES ? `\`${hex.slice(0, LONGEST_BYTES)}…\` (${size})` : `\`${hex}\``
  return [kind, about, rule, packetType.toUpperCase(), shown].map((cell) => cell.replaceAll('|', '\\|'))
}

function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
