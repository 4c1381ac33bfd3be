// Lists what is missing for a release: node .ci/release.mjs v1.2.3

import { readFileSync } from 'node:fs'

const [tag] = process.argv.slice(2)
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const manifest = JSON.parse(read('package.json'))
const { version } = manifest

const missing = [
  ...['repository', 'homepage', 'bugs'].flatMap((field) =>
    manifest[field] === undefined ? [`package.json has no ${field}`] : [],
  ),
  ...(tag === `v${version}` ? [] : [`the tag is ${tag}, the version in package.json ${version}`]),
  ...(read('CHANGELOG.md').includes(`\n## [${version}] - `)
    ? []
    : [`CHANGELOG.md has no section for ${version}`]),
]

if (missing.length > 0) {
  console.error(missing.join('\n'))
  process.exitCode = 1
}
