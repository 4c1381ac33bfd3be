// Runs the suite in Node, Bun or Deno, and prints the results as one line of JSON:
// server-runtime.mjs host-buffer | no-buffer | npm-buffer

import { readFileSync } from 'node:fs'
import { Buffer as NpmBuffer } from 'buffer/index.js'
import { runSuite } from './suite.mjs'

const [kind] = process.argv.slice(2)
const corpus = JSON.parse(readFileSync(new URL('../vectors/vectors.json', import.meta.url), 'utf8'))

// Before the library is loaded, because it looks up the host's Buffer once.
if (kind === 'no-buffer') delete globalThis.Buffer
if (kind === 'npm-buffer') globalThis.Buffer = NpmBuffer
const library = await import('../../dist/index.js')
const results = await runSuite(library, corpus)
console.log(JSON.stringify(results))
