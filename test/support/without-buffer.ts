import { vi } from 'vitest'

/** The library, loaded without Buffer. */
export async function libraryWithoutBuffer(): Promise<typeof import('../../src/index.ts')> {
  vi.resetModules()
  vi.stubGlobal('Buffer', undefined)
  try {
    return await import('../../src/index.ts')
  } finally {
    vi.unstubAllGlobals() // the tests themselves need it
  }
}
