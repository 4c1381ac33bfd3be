// Tests that need a program which may not be installed.

import { describe, test } from 'vitest'

export interface Installable {
  readonly name: string
  /** How to get it. */
  readonly source: string
  isInstalled(): boolean
}

/** Skips the tests if the program is not installed. In CI that is a failure. */
export function describeIfInstalled({ name, source, isInstalled }: Installable, define: () => void): void {
  if (isInstalled()) return void describe(name, define)
  const reason = `${name} is not installed: ${source}`
  if (process.env.CI === 'true') return void test(name, () => Promise.reject(new Error(reason)))
  console.log(`Skipped: ${reason}.`)
  describe.skip(name, () => test('is not installed', () => {}))
}
