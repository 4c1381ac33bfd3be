// Errors for callers who pass what is none: the kit lets bytes be wrong, not its own arguments.

/** @throws TypeError that says what the value should be */
export function mistake(should: string, value: unknown): never {
  throw new TypeError(`${should}, not ${isObject(value) ? 'an object' : String(value)}`)
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
