import { groupOf } from './groups.mjs'

const group = process.env.MUTATION_GROUP

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.mjs', related: false },
  mutate: groupOf(group).mutate,
  tsconfigFile: 'none',
  concurrency: 1,
  timeoutMS: 5_000,
  dryRunTimeoutMinutes: 30,
  warnings: { slow: false },
  ignorePatterns: ['bench', 'dist', 'reports', 'test/fuzz', 'test/interop', 'test/package', 'test/fixtures'],
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation/${group}.json` },
}
