// Floor 2. A short topic name on its way out: checked and turned into bytes in one pass, then written by one copy.

import { PREFIX_SIZE, writeText } from './writer.ts'

/** The longest name that is staged, in characters; each takes three bytes at most. */
const LONGEST = 64

const memory = new Uint8Array(PREFIX_SIZE + 3 * LONGEST)
const views = Array.from({ length: memory.length + 1 }, (_, length) => memory.subarray(0, length))

/** The name that lies in `bytes`, its prefix included. */
let staged: string | undefined
let bytes = memory

/**
 * Stages a sound topic name. Returns its bytes, prefix included; or 0, for the general way to find out, if it is empty
 * or long, or holds a wildcard, U+0000 or a surrogate.
 */
export function stageTopicName(name: string): number {
  staged = undefined
  if (name.length > LONGEST) return 0
  let end = PREFIX_SIZE
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index)
    if (unit < 0x80) {
      if (unit === 0 || unit === 0x23 || unit === 0x2b) return 0
      memory[end++] = unit
    } else if (unit < 0x800) {
      memory[end++] = 0xc0 | (unit >> 6)
      memory[end++] = 0x80 | (unit & 0x3f)
    } else if (unit < 0xd800 || unit > 0xdfff) {
      memory[end++] = 0xe0 | (unit >> 12)
      memory[end++] = 0x80 | ((unit >> 6) & 0x3f)
      memory[end++] = 0x80 | (unit & 0x3f)
    } else {
      return 0
    }
  }
  if (end === PREFIX_SIZE) return 0
  memory[1] = end - PREFIX_SIZE
  staged = name
  bytes = views[end]!
  return end
}

/** Writes the name with its prefix. */
export function writeTopicName(target: Uint8Array, position: number, name: string): number {
  if (name !== staged) return writeText(target, position, name)
  target.set(bytes, position)
  return position + bytes.length
}
