// Loads an adapter and describes it. It runs in a child process because the adapter is foreign code.

import type { Declaration } from '../../target/declaration.ts'
import { loadAdapter } from '../../target/module.ts'
import { UsageError } from '../../usage.ts'
import type { Task } from './child.ts'

export interface Description {
  readonly declaration: Declaration
  readonly encodes: boolean
  readonly encodesInto: boolean
  /** Whether its caches can be cleared. */
  readonly forgets: boolean
}

const describe: Task<{ readonly path: string }, Description> = async ({ path }) => {
  const { open, declares = {}, encode, encodeInto, forget } = await loadAdapter(path)
  if (typeof open !== 'function')
    throw new UsageError(`${path} only exports accepts, so its packets cannot be checked: bench needs open`)
  return {
    declaration: serializable(declares),
    encodes: encode !== undefined,
    encodesInto: encodeInto !== undefined,
    forgets: forget !== undefined,
  }
}

export default describe

/** Turns iterables into arrays. */
function serializable(declaration: Declaration): Declaration {
  const entries = Object.entries(declaration).map(([key, value]) => [
    key,
    typeof value === 'object' && value !== null ? [...value] : value,
  ])
  return Object.fromEntries(entries) as Declaration
}
