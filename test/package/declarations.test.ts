// The public declarations, without their comments. `npm test -- test/package/declarations -u` records a change.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Consumer } from '../support/packed.ts'

const consumer = new Consumer()
const { pack, installed } = consumer
afterAll(() => consumer.remove())

const COMMENT = /^ *\/\*\*.*?\*\/\n|^ *\/\/[^\n]*\n/gms

test('the public declarations are as recorded', async () => {
  const files = pack.files.map(({ path }) => path).filter((path) => /\.d\.(ts|cts)$/.test(path))
  const texts = files
    .sort()
    .map((path) => `// ${path}\n${readFileSync(join(installed, path), 'utf8').replace(COMMENT, '')}`)
  await expect(texts.join('\n')).toMatchFileSnapshot('declarations.txt')
})
