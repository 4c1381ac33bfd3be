export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: ['src/*.ts', 'src/packets/*.ts', 'src/topic/*.ts', 'src/wire/*.ts', '!src/wire/ascii.ts'],
  tsconfigFile: 'none',
  concurrency: 1,
  timeoutMS: 8_000,
  ignorePatterns: ['bench', 'dist', 'reports', 'test/fuzz', 'test/interop', 'test/package', 'test/fixtures'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
}
