// `mqtt-wire decode`: every packet of an input on a line of its own, and whether each encodes to the same bytes again.

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

/** Returns the exit status. */
export async function decodeCommand(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '-')
  if (unknown !== undefined) throw new UsageError(`there is no option ${unknown}`)
  if (args.length > 1) throw new UsageError('one FILE at a time')
  const file = args[0] ?? RECORDED_SESSION
  if (args.length === 0 && !existsSync(file)) throw new UsageError('which FILE?')
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
    const lines = explain(error)
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

function explain(error: unknown): string | undefined {
  if (error instanceof InputError) return error.message
  if (!(error instanceof DecodeError)) return undefined
  const { message, code, rule, field, offset, streamOffset, action } = error
  const answer =
    action === 'close'
      ? 'close the connection'
      : `answer CONNACK with return code ${action.connack}, then close`
  return [
    message,
    `  code ${code}, rule ${rule}${field === undefined ? '' : `, field ${field}`}`,
    `  byte ${offset} of the packet, byte ${streamOffset} of the stream`,
    `  what a receiver should do: ${answer}`,
  ].join('\n')
}
