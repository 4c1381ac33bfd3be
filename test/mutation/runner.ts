import { type RunnerTestCase, type SerializedConfig, TestRunner, test } from 'vitest'

/** Escapes the names of tests like Stryker. */
const escaped = (name: string): string => name.replace(/[.*+\-?^${}()|[\]\\]/g, '\\$&')

/** Selects the tests that Stryker asks for, in a hundredth of Vitest's time. */
export default class Runner extends TestRunner {
  private killed = false

  /**
   * Stryker selects a mutant's tests with one regular expression: all their names, separated by `|`. Matching thousands of names
   * against thousands takes minutes.
   */
  constructor(config: SerializedConfig) {
    super(config)
    const pattern = config.testNamePattern
    if (pattern === undefined) return
    const names = new Set(pattern.source.match(/(?:\\.|[^\\|])+/gs))
    Object.defineProperty(pattern, Symbol.match, {
      value: (name: string) => (names.has(new RegExp(escaped(name.trim())).source) ? [name] : null),
    })
  }

  override onAfterRunTask(test: RunnerTestCase): void {
    super.onAfterRunTask(test)
    if (test.result?.state !== 'fail' || this.config.bail !== 1) return
    this.killed = true
    this.cancel('test-failure')
  }

  /**
   * Skips all tests after the first failure, because Vitest is slow to stop. Stryker sees only tests, so if a mutant keeps a file
   * from loading, the file gets a test that fails.
   */
  override async importFile(file: string, source: 'collect' | 'setup'): Promise<unknown> {
    if (this.killed) return undefined
    try {
      return await super.importFile(file, source)
    } catch (error) {
      test('loads', () => {
        throw error
      })
      return undefined
    }
  }
}
