import { expect, test } from 'vitest'

// A file that imports a library that throws has no tests at all. Here one fails, which whoever counts tests needs to see.
test('the library loads', async () => {
  await expect(import('../src/index.ts')).resolves.toHaveProperty('decode')
})
