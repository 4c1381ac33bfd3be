// Builds the page: a single file that contains its style, its modules and rows of the corpus.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const read = (name) => readFileSync(path(name), 'utf8')

/** The maximum length of the corpus rows in the page, in hexadecimal digits. */
const MAX_DIGITS = 120

async function script() {
  const bundle = await rolldown({
    input: path('src/page/main.ts'),
    platform: 'browser',
    checks: { invalidAnnotation: false },
  })
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    return output[0].code.trim()
  } finally {
    await bundle.close()
  }
}

/** One malformed row for each packet type and code, and the valid row with the most fields for each packet type. */
function corpus() {
  const { valid, malformed, streams } = JSON.parse(read('test/vectors/vectors.json'))
  const isShort = ({ hex }) => hex !== undefined && hex.length <= MAX_DIGITS
  const packets = firstOf(valid.filter(isShort).sort(longestFirst), ({ packet }) => packet.type, 2)
  const faults = firstOf(malformed.filter(isShort), ({ code, packetType }) => `${code} ${packetType}`, 1)
  const cutOff = firstOf(
    streams.filter(isShort).filter(({ incomplete }) => incomplete),
    ({ rule }) => rule,
    3,
  )
  return [
    ['Valid packets', packets],
    ['Incomplete packets', cutOff],
    ['Malformed packets', faults],
  ].map(([title, rows]) => [
    title,
    rows.map(({ name, hex, options }) => [name, hex, ...(options === undefined ? [] : [options])]),
  ])
}

const longestFirst = (one, other) => other.hex.length - one.hex.length

function firstOf(rows, keyOf, limit) {
  const counts = new Map()
  return rows.filter((row) => {
    const key = keyOf(row)
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count <= limit
  })
}

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const style = read('src/page/page.css')
  .replace(/\s*\n\s*/g, '\n')
  .trim()
// A script element must not contain its own end tag.
const code = (await script()).replaceAll('</script', '<\\/script')
const policy = [
  "default-src 'none'",
  "connect-src 'none'",
  `script-src ${hashOf(code)}`,
  `style-src ${hashOf(style)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Replaces text that must occur exactly once in the page's source. */
function replaceIn(text, place, replacement) {
  if (text.split(place).length !== 2) throw new Error(`page.html must have ${place} once`)
  return text.replace(place, () => replacement)
}

const page = [
  ["default-src 'none'", policy],
  ["@import 'page.css';", style],
  ['id="corpus">[]', `id="corpus">${JSON.stringify(corpus()).replaceAll('<', '\\u003c')}`],
  ["import './main.ts'", code],
].reduce((text, [place, replacement]) => replaceIn(text, place, replacement), read('src/page/page.html'))
mkdirSync(path('dist/page'), { recursive: true })
writeFileSync(path('dist/page/index.html'), page)
