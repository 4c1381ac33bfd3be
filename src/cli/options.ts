// The options of the commands that read MQTT, which are those of the library.

import { parseArgs } from 'node:util'
import {
  type DecodeErrorCode,
  PacketParser,
  type PacketTypeName,
  type ParserOptions,
  type Protocol,
  type Role,
} from '../index.ts'
import { UsageError } from './usage.ts'

/** What {@link readArgs} returns. */
export interface CommandArguments<Flag extends string> {
  readonly positionals: readonly string[]
  readonly flags: ReadonlySet<Flag>
  /** The values of the command's own options. */
  readonly values: Readonly<Record<string, string | undefined>>
  readonly options: ParserOptions
}

const LIBRARY_OPTIONS = {
  role: { type: 'string' },
  tolerate: { type: 'string', multiple: true },
  protocols: { type: 'string', multiple: true },
  'max-packet-size': { type: 'string' },
} as const

/** All protocols that the library supports. */
const PROTOCOLS: readonly Protocol[] = ['3.1.1', '3.1', 'bridge']

/**
 * Reads the arguments of a command.
 *
 * @param flags the command's own options without a value, such as `json`
 * @param names the command's own options with a value
 * @throws UsageError for anything else
 */
export function readArgs<Flag extends string>(
  args: readonly string[],
  flags: readonly Flag[],
  names: readonly string[] = [],
): CommandArguments<Flag> {
  const own = [
    ...flags.map((flag) => [flag, { type: 'boolean' }] as const),
    ...names.map((name) => [name, { type: 'string' }] as const),
  ]
  const { values, positionals } = parsed(args, { ...LIBRARY_OPTIONS, ...Object.fromEntries(own) })
  const { role, tolerate, protocols, 'max-packet-size': size, ...others } = values
  const options = checked({
    protocols: protocols === undefined ? PROTOCOLS : (list(protocols) as Protocol[]),
    ...(role !== undefined && { role: role as Role }),
    ...(tolerate !== undefined && { tolerate: list(tolerate).map(toleranceOf) as never }),
    ...(size !== undefined && { maxPacketSize: Number(size) }),
  })
  return {
    positionals,
    flags: new Set(flags.filter((flag) => others[flag] === true)),
    values: others as Record<string, string | undefined>,
    options,
  }
}

function parsed(args: readonly string[], options: NonNullable<Parameters<typeof parseArgs>[0]>['options']) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: options!, allowPositionals: true })
    return {
      values: values as Record<string, undefined | string | boolean | string[]> & {
        tolerate?: string[]
        protocols?: string[]
      },
      positionals,
    }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** The entries of an option that can be given several times, each time with a comma-separated list. */
function list(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((entry) => entry !== '')
}

/** `CODE`, or `CODE:TYPE+TYPE` for some packet types only. */
function toleranceOf(entry: string): unknown {
  const [code, packets] = entry.split(':', 2)
  return packets === undefined
    ? code
    : { code: code as DecodeErrorCode, packets: packets.split('+') as PacketTypeName[] }
}

function checked(options: ParserOptions): ParserOptions {
  try {
    new PacketParser(options)
    return options
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}
