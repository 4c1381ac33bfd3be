// `mqtt-wire decode`: prints each packet of an input on one line, or as JSON with --json.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DecodeError, type ParserOptions } from '../index.ts'
import { describePacket, heading } from './describe.ts'
import { describeFault } from './fault.ts'
import { type Input, InputError, nameOf, openInput } from './input.ts'
import { Inspection } from './inspection.ts'
import { packetToJson } from './json.ts'
import { readArgs } from './options.ts'
import { Screen } from './screen.ts'
import { complain, escaped, safeJson } from './terminal.ts'
import { UsageError } from './usage.ts'

const RECORDED_SESSION = fileURLToPath(new URL('../../test/fixtures/session.ndjson', import.meta.url))

/** Runs the command and returns the exit status. */
export async function decodeCommand(args: readonly string[]): Promise<number> {
  const { positionals, flags, options } = readArgs(args, ['json'])
  if (positionals.length > 1) throw new UsageError('decode accepts only one FILE')
  const file = positionals[0] ?? RECORDED_SESSION
  if (positionals.length === 0 && !existsSync(file))
    throw new UsageError('decode requires a FILE, or - for standard input')
  return await decodeFile(file, flags.has('json'), options)
}

async function decodeFile(file: string, isJson: boolean, options: ParserOptions): Promise<number> {
  const screen = new Screen()
  const inspection = new Inspection(options, !isJson)
  try {
    const input = await openInput(file)
    for await (const chunk of input.chunks) {
      for (const inspected of inspection.push(chunk)) {
        const { packet, remark } = inspected
        await screen.line(
          isJson
            ? safeJson(packetToJson(packet, chunk))
            : `${heading(inspected)}${describePacket(packet)}${remark}`.trimEnd(),
        )
      }
      screen.progress(() => progressOf(input, inspection))
    }
    inspection.end()
    if (!isJson) await screen.line(`\n${escaped(inspection.summary(input.name, input.form))}`)
    return inspection.unexplained === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof InputError || error instanceof DecodeError)) throw error
    if (inspection.packets > 0 && !isJson) await screen.line(`\n${inspection.soFar()}`)
    await screen.finish()
    complain(`${nameOf(file)}: ${error instanceof DecodeError ? describeFault(error) : error.message}`)
    return 1
  } finally {
    await screen.finish()
  }
}

/** How much of an input has been read. */
export function progressOf({ position, size }: Input, { packets }: { readonly packets: number }): string {
  const share = size ? ` (${Math.floor((100 * position()) / size)} %)` : ''
  return `${(position() / 1e6).toFixed(1)} MB${share}, ${packets.toLocaleString('en')} packets`
}
