import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8')

test('a release requires its version, its changelog, and the addresses of the project', () => {
  const { status, stderr } = spawnSync(process.execPath, ['.ci/release.mjs', 'v0.0.0'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  const { version, repository } = JSON.parse(read('package.json'))
  expect(stderr).toContain(`the tag is v0.0.0, the version in package.json ${version}`)
  expect(stderr.includes('package.json has no repository')).toBe(repository === undefined)
})

test('the release workflow has provenance, and only the permissions that it needs', () => {
  const workflow = read('.github/workflows/release.yml')
  expect(workflow).toContain('npm publish --provenance')
  expect(workflow.match(/\w[\w-]*: write/g)).toEqual(['id-token: write'])
})

test('CHANGELOG.md has the form of Keep a Changelog', () => {
  const headings = read('CHANGELOG.md').match(/^##+ .*$/gm) ?? []
  expect(headings[0]).toBe('## [Unreleased]')
  const form =
    /^## \[(Unreleased|\d+\.\d+\.\d+)\]( - \d{4}-\d\d-\d\d)?$|^### (Added|Changed|Deprecated|Removed|Fixed|Security)$/
  expect(headings.filter((heading) => !form.test(heading))).toEqual([])
})
