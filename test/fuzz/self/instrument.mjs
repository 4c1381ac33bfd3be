// The built decoder with a counter at every branch and function, in a separate directory.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const { createInstrumenter } = createRequire(import.meta.url)('istanbul-lib-instrument')
const DIST = fileURLToPath(new URL('../../../dist/', import.meta.url))
const ABOVE_THE_CORE = /^(cli|testing)[\\/]/

/** Writes the instrumented build and returns its directory, which the caller removes. */
export function instrument() {
  const directory = mkdtempSync(join(tmpdir(), 'mqtt-wire-fuzz-'))
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  let counters = 0
  for (const file of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js') || ABOVE_THE_CORE.test(file)) continue
    const instrumenter = createInstrumenter({ esModules: true, compact: false })
    const code = instrumenter.instrumentSync(readFileSync(join(DIST, file), 'utf8'), file)
    const { f, b } = instrumenter.lastFileCoverage()
    const target = join(directory, file)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, withCheapCounters(code, { f, b }, counters))
    counters += size({ f, b })
  }
  return { directory, counters }
}

/** Loads the parsers and counters of the instrumented build. */
export async function loadInstrumented({ directory, counters }) {
  globalThis.__branchCounters = new Uint8Array(counters)
  const { PacketParser, PieceParser, topicCache } = await import(
    pathToFileURL(join(directory, 'index.js')).href
  )
  return { PacketParser, PieceParser, topicCache, counters: globalThis.__branchCounters }
}

const size = ({ f, b }) => Object.keys(f).length + Object.values(b).flat().length

/**
 * Istanbul counts in objects that it looks up with a call. One array of bytes is about ten times as fast, and a single
 * `fill` resets it. Statements need no counters, because each is reached through a branch or a function.
 */
function withCheapCounters(code, { f, b }, first) {
  const numbers = new Map()
  const add = (key) => numbers.set(key, first + numbers.size)
  for (const key of Object.keys(f)) add(`f[${key}]`)
  for (const [key, paths] of Object.entries(b)) for (const path of paths.keys()) add(`b[${key}][${path}]`)
  const counting = code
    .replace(/\bcov_\w+\(\)\.s\[\d+\]\+\+/g, '0')
    .replace(/\bcov_\w+\(\)\.([fb](?:\[\d+\])+)\+\+/g, (_, key) => `__counters[${numbers.get(key)}]++`)
  return `const __counters = globalThis.__branchCounters;\n${counting}`
}
