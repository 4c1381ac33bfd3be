// mqtt-wire's parser with the line protocol. The first argument is its options as JSON.

import { createInterface } from 'node:readline'
import { DecodeError, PacketParser } from '../../../dist/index.js'

const options = JSON.parse(process.argv[2] ?? '{}')
const say = (text) => process.stdout.write(`${text}\n`)
const inHex = (_, value) => (value?.type === 'Buffer' ? Buffer.from(value.data).toString('hex') : value)

let parser
say(`ready ${JSON.stringify(options)}`)
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'open') parser = new PacketParser(options)
  else {
    try {
      for (const packet of parser.push(Buffer.from(line, 'hex')))
        say(`packet ${JSON.stringify(packet, inHex)}`)
      say('more')
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      say(`refused ${error.message}`)
    }
  }
}
