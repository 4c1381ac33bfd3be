// The encoder's options. Most calls pass none, or the same as the previous call: those cost one comparison.

import { type EncodeOptions, givenOptions, isTolerated, type Tolerances, tolerancesFrom } from '../options.ts'

const KNOWN_OPTIONS = { tolerate: true }
const NONE: Tolerances = new Map()

const checked = new WeakMap<EncodeOptions, Tolerances>()
let latest: EncodeOptions | undefined

/**
 * Checks the options, unless the same object was checked before: each object is read once.
 *
 * @throws TypeError if the options are invalid
 */
export function checkEncodeOptions(options: EncodeOptions): void {
  if (options !== latest) checkNewOptions(options)
}

function checkNewOptions(options: EncodeOptions): void {
  if (!checked.has(options)) {
    const { tolerate } = givenOptions(options, KNOWN_OPTIONS)
    checked.set(options, tolerate === undefined ? NONE : tolerancesFrom(tolerate))
  }
  latest = options
}

/** What the options, which must have been checked, tolerate. */
export function tolerancesOf(options: EncodeOptions | undefined): Tolerances {
  return options === undefined ? NONE : checked.get(options)!
}

/** Whether the options, which must have been checked, allow a packet of this type to break this rule. */
export function tolerates(
  options: EncodeOptions | undefined,
  code: string,
  packetType: string | undefined,
): boolean {
  return options !== undefined && isTolerated(checked.get(options)!, code, packetType)
}
