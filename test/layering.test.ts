import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSource, sourceFiles } from './support/source.ts'

// From the bottom up. A file may import only files in rows before its own, or in the same row.
const LAYERS = [
  ['show.ts', 'protocol-hint.ts', 'wire/ascii.ts', 'wire/host.ts'],
  ['error-rules.ts'],
  ['errors.ts'],
  ['error-tables.ts'],
  ['encoding/field.ts', 'encoding/field-names.ts'],
  ['packet-types.ts'],
  ['options.ts', 'presets.ts', 'encoding/options.ts'],
  ['wire/'],
  ['encoding/checks.ts'],
  ['topic/'],
  ['packets/'],
  ['fixed-header.ts'],
  ['decode.ts', 'encode.ts'],
  ['frame.ts'],
  ['prepared-publish.ts'],
  ['framing.ts'],
  ['parser.ts', 'piece-parser.ts'],
  ['streams/'],
  ['index.ts'],
]

// Code that is built on the core is in separate folders, which the core never imports.
const ABOVE = /^(cli|explain|mqtt-packet|page|rabbitmq|testing)\//

const layerOf = (file: string): number => {
  const exact = LAYERS.findIndex((layer) => layer.includes(file))
  return exact >= 0 ? exact : LAYERS.findIndex((layer) => layer.includes(`${posix.dirname(file)}/`))
}

const files = sourceFiles
  .filter((file) => !ABOVE.test(file))
  .map((file) => {
    const text = readSource(file)
    const specifiers = [...text.matchAll(/from '([^']+)'/g)].map(([, specifier = '']) => specifier)
    const imports = specifiers.map((path) => posix.join(posix.dirname(file), path))
    return { file, specifiers, imports }
  })

describe.each(files)('$file', ({ file, specifiers, imports }) => {
  test('imports only files below it, or in the same row', () => {
    expect(layerOf(file)).toBeGreaterThanOrEqual(0)
    expect(specifiers.filter((specifier) => !specifier.startsWith('.'))).toEqual([])
    expect(
      imports.filter((imported) => !(layerOf(imported) >= 0 && layerOf(imported) <= layerOf(file))),
    ).toEqual([])
    if (file.startsWith('packets/') && file !== 'packets/packet.ts')
      expect(imports.filter((path) => path.startsWith('packets/'))).toEqual([])
    if (file === 'framing.ts' || file === 'parser.ts')
      expect(imports.filter((path) => /^packets\/(?!packet\.ts)|^topic|^encod/.test(path))).toEqual([])
  })
})

test.each(sourceFiles.filter((file) => /^(mqtt-packet|rabbitmq)\//.test(file)))(
  '%s imports only the public API',
  (file) => {
    const specifiers = Array.from(
      readSource(file).matchAll(/from '([^']+)'/g),
      ([, specifier = '']) => specifier,
    )
    expect(specifiers.filter((path) => path !== '../index.ts' && !/^\.\/[\w-]+\.ts$/.test(path))).toEqual([])
  },
)

test.each(sourceFiles.filter((file) => file.startsWith('page/')))(
  '%s imports only what runs in a browser, and nothing imports it',
  (file) => {
    const specifiers = Array.from(
      readSource(file).matchAll(/from '([^']+)'/g),
      ([, specifier = '']) => specifier,
    )
    expect(
      specifiers.filter((path) => !/^\.\/[\w-]+\.ts$|^\.\.\/(index|show|explain\/index)\.ts$/.test(path)),
    ).toEqual([])
    const importers = sourceFiles.filter(
      (other) => !other.startsWith('page/') && /from '[^']*page\//.test(readSource(other)),
    )
    expect(importers).toEqual([])
  },
)
