// Programs that do not import the testing kit must not load it, and it must not need fast-check.

import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { readSource, sourceFiles } from '../support/source.ts'

const IMPORT = /^(?:import|export)\s(?<what>[^;/]*?)\sfrom '(?<from>[^']+)'|^import '(?<bare>[^']+)'/gmu

interface Import {
  readonly from: string
  readonly isTypeOnly: boolean
}

function importsOf(file: string): Import[] {
  return [...readSource(file).matchAll(IMPORT)].map(({ groups }) => ({
    from: groups!.from ?? groups!.bare!,
    isTypeOnly: groups!.what?.startsWith('type ') ?? false,
  }))
}

/** The files that a file loads, including itself, by their paths in src/. */
function reachableFrom(entry: string): Set<string> {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    for (const { from } of importsOf(file))
      if (from.startsWith('.')) visit(posix.join(posix.dirname(file), from))
  }
  visit(entry)
  return found
}

test('the root entry point loads no file of the kit', () => {
  const reachable = [...reachableFrom('index.ts')]
  expect(reachable.length).toBeGreaterThan(20)
  expect(reachable.filter((file) => file.startsWith('testing/'))).toEqual([])
})

test('no file of the core imports the kit', () => {
  const core = sourceFiles.filter((file) => !file.startsWith('testing/') && !file.startsWith('cli/'))
  expect(core.filter((file) => importsOf(file).some(({ from }) => from.includes('testing')))).toEqual([])
})

test('every file of the kit belongs to its entry point', () => {
  const reachable = reachableFrom('testing/index.ts')
  expect(sourceFiles.filter((file) => file.startsWith('testing/') && !reachable.has(file))).toEqual([])
})

test('only relative imports, and the types of fast-check', () => {
  const strangers = sourceFiles
    .filter((file) => file.startsWith('testing/'))
    .flatMap((file) => importsOf(file))
    .filter(({ from }) => !from.startsWith('.'))
  expect(strangers).toEqual([{ from: 'fast-check', isTypeOnly: true }])
})
