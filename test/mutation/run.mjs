// Tests the tests, one group of files after the other: node test/mutation/run.mjs [GROUP ...]

import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { forgotten, GROUP_NAMES } from './groups.mjs'

const STRYKER = ['-p', '@stryker-mutator/core@9', '-p', '@stryker-mutator/vitest-runner@9', 'stryker']
const names = process.argv.slice(2)
const unknown = names.filter((name) => !GROUP_NAMES.includes(name))
if (unknown.length > 0) {
  console.error(`unknown group ${unknown.join(', ')}; the groups are ${GROUP_NAMES.join(', ')}`)
  process.exit(2)
}
if (forgotten().length > 0) throw new Error(`in no group of groups.mjs: ${forgotten().join(', ')}`)

rmSync('reports/mutation', { recursive: true, force: true })
for (const name of names.length > 0 ? names : GROUP_NAMES) {
  console.log(`\n--- ${name}`)
  const { status } = spawnSync('npx', ['--yes', ...STRYKER, 'run', 'test/mutation/stryker.config.mjs'], {
    env: { ...process.env, MUTATION_GROUP: name },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(1)
}
await import('./survivors.mjs')
