import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DECODE_ERRORS, ENCODE_ERRORS } from '../src/index.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

describe.each(['README.md', 'test/testing/README.md', 'test/fuzz/README.md'])('%s', (file) => {
  const sections = read(file).split(/^## /m).slice(1)
  const examples = sections.flatMap((section) => {
    const [heading = ''] = section.split('\n', 1)
    return Array.from(section.matchAll(/```js\n(.*?)```/gs), ([, code = '']) => ({ heading, code }))
  })

  test('has examples', () => {
    expect(examples.length).toBeGreaterThan(0)
  })

  // As a user would run it: the package by its name, from the build.
  test.each(examples)('$heading: the example runs, and prints what it says', ({ code }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module'], {
      cwd: ROOT,
      input: code,
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    for (const [, inline, below] of code.matchAll(
      /console\.(?:log|warn)\(.*?\)(?: \/\/ (.+)|\n *\/\/ (.+))$/gm,
    )) {
      expect(stdout).toContain(inline ?? below)
    }
  })

  test('links to files that exist', () => {
    for (const [, target = ''] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(existsSync(join(ROOT, dirname(file), target)), target).toBe(true)
    }
  })
})

describe("README.md's table of errors", () => {
  const rows = new Map(
    Array.from(
      read('README.md').matchAll(/^\| `([a-z0-9]+(?:-[a-z0-9]+)+)` \| (.+) \|$/gm),
      ([, code = '', cells = '']) => [code, cells.split(' | ')],
    ),
  )

  test.each(Object.entries(DECODE_ERRORS))('%s', (code, { rule, summary, tolerable }) => {
    const [inRule, says, leaves] = rows.get(code) ?? []
    expect([inRule, says]).toEqual([rule, summary])
    expect(leaves === '–').toBe(!tolerable)
  })

  test.each(Object.entries(ENCODE_ERRORS))('%s', (code, { rule, summary }) => {
    expect(rows.get(code)).toEqual([rule, summary])
  })

  test('has no other', () => {
    expect([...rows.keys()].sort()).toEqual(
      [...Object.keys(DECODE_ERRORS), ...Object.keys(ENCODE_ERRORS)].sort(),
    )
  })
})
