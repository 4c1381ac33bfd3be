import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'

/** The folder of the tests' package. */
export const FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** Describes tests that need this package's dependencies, or a program. They are skipped without it, and fail in CI. */
export function describeWith(name, missing, define) {
  const reasons = existsSync(`${FOLDER}node_modules/aedes`)
    ? missing
    : ['npm ci --prefix test/mqtt-packet was not run', ...missing]
  if (reasons.length === 0) return describe(name, define)
  const reason = reasons.join('; ')
  if (process.env.CI === 'true') return test(name, () => Promise.reject(new Error(reason)))
  console.log(`Skipped: ${name}: ${reason}.`)
  return describe.skip(name, () => test(reason, () => {}))
}
