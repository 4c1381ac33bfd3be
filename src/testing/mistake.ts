// Errors for invalid arguments: the kit builds malformed packets, but checks its own arguments.

/** @throws TypeError with the requirement and the value */
export function mistake(requirement: string, value: unknown): never {
  throw new TypeError(`${requirement}, not ${isObject(value) ? 'an object' : String(value)}`)
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
