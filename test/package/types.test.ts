// The package compiles in users' projects with each version of TypeScript, with and without the types of Node and the DOM.

import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Consumer, ROOT } from '../support/packed.ts'

const NEWEST = 'typescript'
const OLDER = ['typescript-5.4', 'typescript-5.7', 'typescript-5.9']

const DOM = ['DOM', 'DOM.Iterable', 'DOM.AsyncIterable']
const node16 = { module: 'node16' }
const nodenext = { module: 'nodenext' }
const bundler = { module: 'esnext', moduleResolution: 'bundler' }
/** The setup of most CommonJS projects before TypeScript 6. */
const node10 = { module: 'commonjs', moduleResolution: 'node10' }

const PROJECTS: readonly {
  readonly name: string
  readonly files: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  /** The versions with which it is compiled; all by default. Compiling takes seconds. */
  readonly versions?: readonly string[]
}[] = [
  {
    name: 'no other types',
    files: ['everywhere.ts', 'without-node.ts'],
    options: { ...node16, types: [] },
    versions: ['typescript-5.4', NEWEST],
  },
  {
    name: "the DOM's types, for a bundler",
    files: ['everywhere.ts', 'without-node.ts', 'with-dom.ts'],
    options: { ...bundler, lib: DOM, types: [] },
  },
  {
    name: "Node's types",
    files: ['everywhere.ts', 'with-node.ts', 'commonjs.cts', 'vectors.ts'],
    options: { ...nodenext, types: ['node'] },
  },
  {
    name: "Node's and the DOM's types",
    files: ['everywhere.ts', 'with-node.ts', 'with-dom.ts'],
    options: { ...bundler, lib: DOM, types: ['node'] },
    versions: [NEWEST],
  },
  {
    name: "CommonJS, by Node 10's rules",
    files: ['required.cts'],
    options: { ...node10, types: ['node'] },
    versions: ['typescript-5.4'],
  },
  {
    name: 'CommonJS',
    files: ['required.cts'],
    options: { ...nodenext, types: ['node'] },
    versions: ['typescript-5.9', NEWEST],
  },
]

const consumer = new Consumer()
afterAll(() => consumer.remove())
cpSync(join(import.meta.dirname, 'consumers'), consumer.folder, { recursive: true })
for (const name of ['@types/node', 'undici-types', 'fast-check', 'pure-rand']) consumer.install(name)

const versions = [
  { typescript: NEWEST, folder: join(ROOT, 'node_modules', NEWEST) },
  ...OLDER.map((typescript) => ({
    typescript,
    folder: join(import.meta.dirname, 'node_modules', typescript),
  })),
]

describe.each(versions)('$typescript', ({ typescript, folder }) => {
  const isInstalled = existsSync(folder) || process.env.CI !== undefined
  const projects = PROJECTS.filter(({ versions }) => versions?.includes(typescript) ?? true)

  test.skipIf(!isInstalled).each(projects)('compiles against the package: $name', ({ files, options }) => {
    expect(consumer.compile(files, options, join(folder, 'bin/tsc'))).toBe('')
  })
})
