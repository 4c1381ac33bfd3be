// `npm ci` must install exactly what was locked: every lock file has a hash for each package, and names no registry.

import { execSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

interface Entry {
  readonly integrity?: string
  readonly link?: boolean
  readonly resolved?: string
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const files = execSync('git ls-files "*package-lock.json"', { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n')

test('lock files exist', () => expect(files).toContain('package-lock.json'))

describe.each(files)('%s', (file) => {
  const { packages } = JSON.parse(readFileSync(`${ROOT}/${file}`, 'utf8'))
  const installed = (Object.entries(packages) as [path: string, entry: Entry][]).filter(
    // The others are in this repository: the package itself, and folders that it links to.
    ([path, { link }]) => path.includes('node_modules/') && !link,
  )

  test('has the integrity of every package', () => {
    const without = installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))
    expect(without.map(([path]) => path)).toEqual([])
  })

  test('names no registry', () => {
    const named = installed.filter(([, { resolved }]) => resolved !== undefined)
    expect(named.map(([path]) => path)).toEqual([])
  })
})
