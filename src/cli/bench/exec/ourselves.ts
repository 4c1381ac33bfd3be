// mqtt-wire as a process that speaks the line protocol.

import { DecodeError, type Packet, PacketParser } from '../../../index.ts'

let parser = new PacketParser<Buffer>()
const partial: string[] = []

process.stdout.write('ready\n')
process.stdin.setEncoding('utf8').on('data', (text: string) => {
  const pieces = text.split('\n')
  for (const piece of pieces.slice(0, -1)) {
    partial.push(piece)
    const line = partial.join('').trimEnd()
    partial.length = 0
    if (line === 'open') parser = new PacketParser()
    else process.stdout.write(answersTo(Buffer.from(line, 'hex')))
  }
  partial.push(pieces.at(-1) as string)
})

function answersTo(chunk: Buffer): string {
  let answers = ''
  try {
    parser.push(chunk)
    for (let packet = parser.read(); packet !== undefined; packet = parser.read())
      answers += `packet ${JSON.stringify(withHex(packet))}\n`
    return `${answers}more\n`
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return `${answers}refused ${error.message}\n`
  }
}

/** The packet with its binary fields in hexadecimal. */
function withHex(packet: Packet<Buffer>): object {
  if (packet.type === 'publish') return { ...packet, payload: packet.payload.toString('hex') }
  if (packet.type !== 'connect') return packet
  const { will, password } = packet
  return {
    ...packet,
    will: will && { ...will, payload: will.payload.toString('hex') },
    password: password?.toString('hex'),
  }
}
