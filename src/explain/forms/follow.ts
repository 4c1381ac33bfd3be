// The output of tshark for `-z follow,tcp,raw,0` and `-z follow,tcp,hex,0`. The server's lines are indented.

import { show } from '../../show.ts'
import { DumpReader, WIRESHARK } from './dump.ts'
import { type Form, type InputChunk, InputError, type LineReader, lineForm } from './form.ts'
import { bytesOfDigits, isDigits } from './hexadecimal.ts'

const HEADER = /^(?:=+|(?:Filter|Node \d): .*|\s*)$/
const FOLLOW = /^Follow: (?<protocol>\w+),(?<mode>\w+)$/

export const follow: Form = lineForm('a stream that tshark followed', () => new FollowReader())

class FollowReader implements LineReader {
  private mode: string | undefined
  private readonly dump = new DumpReader(WIRESHARK)

  line(line: string, number: number): InputChunk[] {
    if (HEADER.test(line)) return []
    const { mode } = FOLLOW.exec(line)?.groups ?? {}
    if (mode !== undefined) {
      if (mode !== 'raw' && mode !== 'hex')
        throw new InputError(`tshark followed the stream as ${show(mode)}; use -z follow,tcp,raw,0`)
      this.mode = mode
      return []
    }
    const chunks = this.mode === 'hex' ? this.dump.line(line, number) : [{ bytes: raw(line, number) }]
    return chunks.map(({ bytes }) => ({ bytes, direction: /^\s/.test(line) ? 's2c' : 'c2s' }))
  }
}

function raw(line: string, number: number): Uint8Array {
  const digits = line.trim()
  if (!isDigits(digits))
    throw new InputError(`line ${number} of the followed stream is not hexadecimal: ${show(line)}`)
  return bytesOfDigits(digits)
}
