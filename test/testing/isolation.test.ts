// Who does not import the testing kit must not pay for it, and who does must not need fast-check.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
const IMPORT = /^(?:import|export)\s(?<what>[^;]*?)\sfrom '(?<from>[^']+)'|^import '(?<bare>[^']+)'/gmu

interface Import {
  readonly from: string
  readonly isTypeOnly: boolean
}

function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(({ groups }) => ({
    from: groups!.from ?? groups!.bare!,
    isTypeOnly: groups!.what?.startsWith('type ') ?? false,
  }))
}

/** The files that come with one, itself included, by their paths in src/. */
function reachableFrom(entry: string): Set<string> {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(relative(SRC, file))) return
    found.add(relative(SRC, file))
    for (const { from } of importsOf(file)) if (from.startsWith('.')) visit(resolve(dirname(file), from))
  }
  visit(join(SRC, entry))
  return found
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

test('the root entry point brings nothing of the kit', () => {
  const reachable = [...reachableFrom('index.ts')]
  expect(reachable.length).toBeGreaterThan(20)
  expect(reachable.filter((file) => file.startsWith('testing/'))).toEqual([])
})

test('no file of the core imports the kit', () => {
  const core = files.filter((file) => !file.startsWith('testing/') && !file.startsWith('cli/'))
  expect(
    core.filter((file) => importsOf(join(SRC, file)).some(({ from }) => from.includes('testing'))),
  ).toEqual([])
})

test('every file of the kit belongs to its entry point', () => {
  const reachable = reachableFrom('testing/index.ts')
  expect(files.filter((file) => file.startsWith('testing/') && !reachable.has(file))).toEqual([])
})

test('nothing but relative imports, and the types of fast-check', () => {
  const strangers = files
    .filter((file) => file.startsWith('testing/'))
    .flatMap((file) => importsOf(join(SRC, file)))
    .filter(({ from }) => !from.startsWith('.'))
  expect(strangers).toEqual([{ from: 'fast-check', isTypeOnly: true }])
})
