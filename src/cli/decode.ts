// `mqtt-wire decode`: prints each packet of an input on one line, and checks that it encodes to the same bytes again.

import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DecodeError } from '../index.ts'
import { describePacket, heading } from './describe.ts'
import { type Input, InputError, openInput } from './input.ts'
import { Inspection } from './inspection.ts'
import { Screen } from './screen.ts'
import { UsageError } from './usage.ts'

const RECORDED_SESSION = fileURLToPath(new URL('../../test/fixtures/session.ndjson', import.meta.url))

/** Runs the command and returns the exit status. */
export async function decodeCommand(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '-')
  if (unknown !== undefined) throw new UsageError(`unknown option ${unknown}`)
  if (args.length > 1) throw new UsageError('decode accepts only one FILE')
  const file = args[0] ?? RECORDED_SESSION
  if (args.length === 0 && !existsSync(file)) throw new UsageError('FILE is missing')
  const name = file === '-' ? 'standard input' : relative('.', file)
  const screen = new Screen()
  const inspection = new Inspection()
  try {
    const input = await openInput(file)
    for await (const piece of input.pieces) {
      for (const inspected of inspection.push(piece)) {
        await screen.line(
          `${heading(inspected)}${describePacket(inspected.packet)}${inspected.remark}`.trimEnd(),
        )
      }
      screen.progress(() => position(input, inspection))
    }
    inspection.end()
    await screen.line(`\n${inspection.summary(name)}`)
    return inspection.unexplained === 0 ? 0 : 1
  } catch (error) {
    const lines = describeError(error)
    if (lines === undefined) throw error
    if (inspection.packets > 0) await screen.line(`\n${inspection.soFar()}`)
    await screen.finish()
    process.stderr.write(`mqtt-wire: ${name}: ${lines}\n`)
    return 1
  } finally {
    await screen.finish()
  }
}

function position({ position, size }: Input, { packets }: Inspection): string {
  const share = size ? ` (${Math.floor((100 * position()) / size)} %)` : ''
  return `${(position() / 1e6).toFixed(1)} MB${share}, ${packets.toLocaleString('en')} packets`
}

function describeError(error: unknown): string | undefined {
  if (error instanceof InputError) return error.message
  if (!(error instanceof DecodeError)) return undefined
  const { message, code, rule, field, offset, streamOffset, action } = error
  const answer =
    action === 'close'
      ? 'close the connection'
      : `send CONNACK with return code ${action.connack}, then close the connection`
  return [
    message,
    `  code ${code}, rule ${rule}${field === undefined ? '' : `, field ${field}`}`,
    `  byte ${offset} of the packet, byte ${streamOffset} of the stream`,
    `  action ${answer}`,
  ].join('\n')
}
