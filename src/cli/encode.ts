// `mqtt-wire encode`: converts the output of `mqtt-wire decode --json`, one packet per line, to bytes.

import { once } from 'node:events'
import { encode, MqttError, type PacketInput } from '../index.ts'
import { InputError, nameOf, readFile } from './input.ts'
import { packetFromJson } from './json.ts'
import { readArgs } from './options.ts'
import { Screen } from './screen.ts'
import { complain } from './terminal.ts'
import { UsageError } from './usage.ts'

/** Runs the command and returns the exit status. */
export async function encodeCommand(args: readonly string[]): Promise<number> {
  const { positionals, flags, options } = readArgs(args, ['hex'])
  if (positionals.length > 1) throw new UsageError('encode accepts only one FILE')
  const [file = '-'] = positionals
  const isHex = flags.has('hex') || process.stdout.isTTY
  const { tolerate } = options
  const progress = new Screen()
  let packets = 0
  let length = 0
  let number = 0
  try {
    for await (const line of linesOf(readFile(file))) {
      number++
      if (line.trim() === '') continue
      const bytes = encode(packetOf(line), tolerate && { tolerate })
      packets++
      length += bytes.length
      if (!process.stdout.write(isHex ? `${bytes.toString('hex')}\n` : bytes))
        await once(process.stdout, 'drain')
      progress.progress(() => `${packets.toLocaleString('en')} packets, ${(length / 1e6).toFixed(1)} MB`)
    }
    return 0
  } catch (error) {
    if (error instanceof InputError) complain(`${nameOf(file)}: ${error.message}`)
    else if (error instanceof MqttError) complain(`${nameOf(file)}, line ${number}: ${error.message}`)
    else throw error
    return 1
  } finally {
    await progress.finish()
  }

  function packetOf(line: string): PacketInput {
    let json: unknown
    try {
      json = JSON.parse(line)
    } catch {
      throw new InputError(`line ${number} is not JSON`)
    }
    if (typeof json !== 'object' || json === null) throw new InputError(`line ${number} is not a JSON object`)
    return packetFromJson(json) as PacketInput
  }
}

/** Yields the lines of a text, each as soon as it is complete. */
async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let beginning: string[] = []
  for await (const piece of pieces) {
    const [first = '', ...others] = decoder.decode(piece, { stream: true }).split('\n')
    beginning.push(first)
    for (const other of others) {
      yield beginning.join('')
      beginning = [other]
    }
  }
  yield beginning.join('')
}
