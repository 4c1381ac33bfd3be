import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/## (?<heading>[^\n]+)|```js\n(?<code>.*?)```/gsu)]
let heading = ''
const rows = examples.flatMap(({ groups }): [string, string][] => {
  heading = groups!.heading ?? heading
  return groups!.code === undefined ? [] : [[heading, groups!.code]]
})

test('every section has its example', () => {
  expect(rows.map(([heading]) => heading)).toEqual([
    'With fast-check',
    'With fast-check',
    'From a seed',
    'Bytes that are wrong on purpose',
    'Mutations and cuts as data',
  ])
})

// As a user would run it: the package by its name, from dist.
test.each(rows)('%s: the example runs', (_, code) => {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module'], { cwd, input: code })
  expect(String(stderr)).toBe('')
  expect(status).toBe(0)
})
