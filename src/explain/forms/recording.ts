// Recordings: one JSON object per line, with the bytes of a chunk in hexadecimal.

import { show } from '../../show.ts'
import { type Form, type InputChunk, InputError, lineForm } from './form.ts'
import { bytesOfDigits, isDigits } from './hexadecimal.ts'

// biome-ignore format: one row per member
const MEMBERS: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly what: string }>> = {
  bytes: { is: (value) => typeof value === 'string' && isDigits(value), what: 'hexadecimal text' },
  connection: { is: (value) => value === undefined || typeof value === 'string', what: 'text' },
  direction: { is: (value) => value === undefined || value === 'c2s' || value === 's2c', what: "'c2s' or 's2c'" },
  milliseconds: { is: (value) => value === undefined || (Number.isFinite(value) && typeof value === 'number'), what: 'a number' },
}

export const recording: Form = lineForm('a recording', () => ({
  line: (line, number) => (line.trim() === '' ? [] : [chunkOf(line, number)]),
}))

function chunkOf(line: string, number: number): InputChunk {
  const place = `line ${number} of the recording`
  const members = parsed(line)
  if (members === undefined) throw new InputError(`${place} is not a JSON object: ${show(line)}`)
  for (const [name, { is, what }] of Object.entries(MEMBERS)) {
    if (!is(members[name]))
      throw new InputError(`${place}: ${name} must be ${what}, not ${show(members[name])}`)
  }
  const { bytes, connection, direction, milliseconds } = members as unknown as Line
  return { bytes: bytesOfDigits(bytes), connection, direction, milliseconds }
}

type Line = Omit<InputChunk, 'bytes'> & { readonly bytes: string }

function parsed(line: string): Partial<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
