// fast-check in each version that the testing kit supports.

import fc4 from 'fast-check'

type FastCheck = typeof fc4

/** fast-check 3 under another name; undefined if it is not installed. */
const fc3: FastCheck | undefined = await import('fast-check-3' as string).then(
  (module) => module.default,
  () => undefined,
)

if (fc3 === undefined) console.warn('fast-check-3 is not installed: fast-check 3 is not tested')

export const VERSIONS: readonly (readonly [name: string, fc: FastCheck])[] = [
  ['fast-check 4', fc4],
  ...(fc3 === undefined ? [] : [['fast-check 3', fc3] as const]),
]
