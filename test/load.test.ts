import { expect, test } from 'vitest'

// If the library throws on import, the files that import it report no tests. Programs that count tests need one to fail.
test('the library loads', async () => {
  await expect(import('../src/index.ts')).resolves.toHaveProperty('decode')
})
