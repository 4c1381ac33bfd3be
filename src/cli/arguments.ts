// Parses the arguments of a command.

import { parseArgs } from 'node:util'
import { UsageError } from './usage.ts'

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

export interface ParsedOptions<Given extends Options> {
  readonly values: {
    readonly [Name in keyof Given]?: Given[Name]['type'] extends 'boolean' ? boolean : string
  }
  readonly positionals: readonly string[]
}

/** @throws UsageError for an unknown option, or one without its value */
export function parseArguments<Given extends Options>(
  args: readonly string[],
  options: Given,
): ParsedOptions<Given> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true }) as ParsedOptions<Given>
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

export function integerOption(name: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= min) return value
  throw new UsageError(`--${name} must be an integer of at least ${min}, not ${text}`)
}

export function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
