// What `npm ci` installs is what was locked: every lock file says which bytes each package has, and names no registry.

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

test('there are lock files', () => expect(files).toContain('package-lock.json'))

describe.each(files)('%s', (file) => {
  const { packages } = JSON.parse(readFileSync(`${ROOT}/${file}`, 'utf8'))
  const installed = (Object.entries(packages) as [path: string, entry: Entry][]).filter(
    // The rest lies in this repository: the package itself, and folders that it links to.
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
