import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSource, sourceFiles } from './support/source.ts'

// What is built on the core stands in folders of its own, which the core never imports.
const ABOVE = /^(cli|testing)\//

const files = sourceFiles
  .filter((file) => !ABOVE.test(file))
  .map((file) => {
    const text = readSource(file)
    const specifiers = [...text.matchAll(/from '([^']+)'/g)].map(([, specifier = '']) => specifier)
    const imports = specifiers.map((path) => posix.join(posix.dirname(file), path))
    return { file, text, specifiers, imports }
  })

const floorOf = (file: string): number =>
  Number(/^\/\/ Floor (\d)\. /.exec(files.find((entry) => entry.file === file)?.text ?? '')?.[1])

describe.each(files)('$file', ({ file, text, specifiers, imports }) => {
  test('stands on its floor, and imports what is below or beside it', () => {
    expect(floorOf(file)).toBeGreaterThanOrEqual(0)
    expect(specifiers.filter((specifier) => !specifier.startsWith('.'))).toEqual([])
    expect(imports.filter((imported) => !(floorOf(imported) <= floorOf(file)))).toEqual([])
    if (file.startsWith('packets/')) expect(imports.filter((path) => path.startsWith('packets/'))).toEqual([])
    if (file === 'parser.ts')
      expect(imports.filter((path) => /^packets\/|^topic|^encode/.test(path))).toEqual([])
  })

  test('has at most 250 lines', () => {
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(250)
  })
})
