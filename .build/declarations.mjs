// Publishes only the declarations that users of the package can reach.
//
// The compiler writes the declarations of all files, with maps to the sources, to dist/internal. This script copies the
// exports of the entry points, and everything that they refer to, to dist.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decode, encode } from '@jridgewell/sourcemap-codec'

const ENTRIES = ['index', 'explain/index', 'mqtt-packet/index', 'rabbitmq/index', 'testing/index'].map(
  (entry) => `${entry}.d.ts`,
)
const DIST = fileURLToPath(new URL('../dist', import.meta.url))
const INTERNAL = join(DIST, 'internal')
const SOURCES = fileURLToPath(new URL('../src', import.meta.url))

// A statement starts at column 1, with a word or with the comment before it. Its other lines are indented, or
// start with a bracket.
const BETWEEN_STATEMENTS = /(?<!^ \*\/\n|^\/.*\n)^(?=[a-z/])/m
const COMMENT = /\/\*.*?\*\/|\/\/[^\n]*/gs
const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:class |const |function |interface |type |(?=default ))(\w+)/
const IMPORT =
  /^(?<keyword>import|export)(?: type)? (?:\{ (?<names>[\w, ]+) \}|\* as (?<namespace>\w+)) from '(?<from>.+)';$/
const NAMELESS = /^declare global \{|^export \{\};$/

const MAP_COMMENT = /^\/\/# sourceMappingURL=.*\n?/m

const PRIVATE_COMMENT = /^ +\/\*\*(?:(?!\*\/).)*\*\/\n(?= +private )/gms
// Protected members and their types are not public.
const PROTECTED = /^ +(?:\/\*\*(?:(?!\*\/).)*\*\/\n +)?protected [^\n]*;\n/gms
const PROPERTY = /\w+\??:/g

const files = new Map()

function statementsOf(path) {
  if (!files.has(path)) {
    const text = readFileSync(join(INTERNAL, path), 'utf8').replace(MAP_COMMENT, '')
    let line = 0
    const statements = text.split(BETWEEN_STATEMENTS).map((whole) => {
      const statement = parse(whole, line)
      line += whole.split('\n').length - 1
      return statement
    })
    files.set(path, statements)
  }
  return files.get(path)
}

/** @param line the number of the statement's first line in its file */
function parse(whole, line) {
  const text = whole.replace(PRIVATE_COMMENT, '').replace(PROTECTED, '')
  const code = text.replace(COMMENT, '').trim()
  const statement = {
    whole,
    line,
    text,
    words: new Set(code.replace(PROPERTY, '').match(/\w+/g)),
    needed: new Set(),
  }
  const { keyword, names, namespace, from } = IMPORT.exec(code)?.groups ?? {}
  if (namespace !== undefined) return { ...statement, declares: [namespace] }
  if (names !== undefined) {
    const declares = names.split(',').flatMap((name) => name.replace(/^ *type /, '').trim() || [])
    return { ...statement, declares, keyword, from }
  }
  const declares = DECLARATION.exec(code)?.slice(1) ?? (NAMELESS.test(code) ? [] : undefined)
  if (declares === undefined || code.includes('import(')) throw new Error(`cannot read: ${code}`)
  return { ...statement, declares }
}

/** Marks the statements that declare this name in this file, and all that they need. */
function need(path, name) {
  for (const { declares, needed, from, words } of statementsOf(path)) {
    if (!declares.includes(name) || needed.has(name)) continue
    needed.add(name)
    if (from === undefined) for (const word of words) need(path, word)
    else if (from.startsWith('.')) need(posix.join(posix.dirname(path), from.replace(/\.ts$/, '.d.ts')), name)
  }
}

function published({ text, declares, needed, keyword, from }) {
  if (declares.length > 0 && needed.size === 0) return ''
  if (from === undefined) return text
  const names = declares.filter((name) => needed.has(name)).join(', ')
  const file = from.replace(/\.ts$/, '.js')
  return keyword === 'import' ? `import type { ${names} } from '${file}';\n` : text.replace(from, file)
}

/** The lines of `text`, each with its line number in the file of the statement, if it comes from there. */
function numbered(text, { whole, line }) {
  const lines = whole.split('\n')
  let next = 0
  return text
    .split('\n')
    .slice(0, -1)
    .map((content) => {
      const index = lines.indexOf(content, next)
      if (index >= 0) next = index + 1
      return { content, number: index < 0 ? undefined : line + index }
    })
}

/** The source map of the lines, in this order. */
function mapOf(path, lines) {
  const { sources, mappings } = JSON.parse(readFileSync(join(INTERNAL, `${path}.map`), 'utf8'))
  const segments = decode(mappings)
  const folder = dirname(join(DIST, path))
  return JSON.stringify({
    version: 3,
    file: posix.basename(path),
    names: [],
    sources: sources.map((source) => toPosix(relative(folder, join(INTERNAL, dirname(path), source)))),
    mappings: encode(lines.map(({ number }) => segments[number] ?? [])),
  })
}

const toPosix = (path) => path.split(sep).join(posix.sep)

for (const entry of ENTRIES)
  for (const name of statementsOf(entry).flatMap(({ declares }) => declares)) need(entry, name)

for (const file of readdirSync(DIST, { recursive: true })) {
  const [, source, kind] = /^(?!internal)(.+?)(\.d\.ts|\.js)(?:\.map)?$/.exec(file) ?? []
  if (source === undefined) continue
  // The compiler does not remove the output of deleted sources.
  if (kind === '.d.ts' || !existsSync(join(SOURCES, `${source}.ts`))) rmSync(join(DIST, file))
}

for (const [path, statements] of files) {
  const lines = statements.flatMap((statement) => numbered(published(statement), statement))
  const contents = [
    ...lines.map(({ content }) => content),
    `//# sourceMappingURL=${posix.basename(path)}.map`,
  ]
  mkdirSync(dirname(join(DIST, path)), { recursive: true })
  writeFileSync(join(DIST, path), `${contents.join('\n')}\n`)
  writeFileSync(join(DIST, `${path}.map`), mapOf(path, lines))
}
