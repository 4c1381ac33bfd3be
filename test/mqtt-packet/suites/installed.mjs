import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'

/** The folder of this package of tests. */
export const FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** Tests that need what this package installs, or a program: skipped without it, but for CI, where that is a failure. */
export function describeWith(name, lacks, define) {
  const reasons = existsSync(`${FOLDER}node_modules/aedes`)
    ? lacks
    : ['npm ci --prefix test/mqtt-packet was not run', ...lacks]
  if (reasons.length === 0) return describe(name, define)
  const reason = reasons.join('; ')
  if (process.env.CI === 'true') return test(name, () => Promise.reject(new Error(reason)))
  console.log(`Skipped: ${name}: ${reason}.`)
  return describe.skip(name, () => test(reason, () => {}))
}
