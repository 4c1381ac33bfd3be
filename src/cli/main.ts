#!/usr/bin/env node
// The command `mqtt-wire`: a table of what it can do.

import { decodeCommand } from './decode.ts'
import { fuzzCommand } from './fuzz/command.ts'
import { UsageError } from './usage.ts'

const COMMANDS = {
  decode: {
    run: decodeCommand,
    summary: 'decode [FILE]     show every packet of a file, or of standard input (-)',
  },
  fuzz: {
    run: fuzzCommand,
    summary: `fuzz ADAPTER      try to break the parser that a module adapts
                              [--runs N] [--seconds N] [--seed N] [--json FILE]`,
  },
} as const

const HELP = `mqtt-wire: MQTT 3.1.1 on the wire

${Object.values(COMMANDS)
  .map(({ summary }) => `  mqtt-wire ${summary}`)
  .join('\n')}

A FILE holds raw MQTT bytes, hexadecimal text, or a recording: one JSON object a line, with a chunk's "bytes" in
hexadecimal and, where they are known, "connection", "direction" (c2s or s2c) and "milliseconds". Without a FILE,
decode shows the session that is recorded in mqtt-wire's repository.

An ADAPTER exports open(onPacket), which returns a function that takes the next chunk of a stream, hands its packets to
onPacket, and throws to refuse; or accepts(chunks), which returns true or false.

Exit status: 0, 1 for input that is not MQTT 3.1.1 or a parser that is broken, 2 for a command that makes no sense.
`

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit() // whoever reads has seen enough
})

const [name = '--help', ...rest] = process.argv.slice(2)
if (name === '--help' || rest.includes('--help')) {
  process.stdout.write(HELP)
} else {
  try {
    if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(`there is no command ${name}`)
    process.exitCode = await COMMANDS[name as keyof typeof COMMANDS].run(rest)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`mqtt-wire: ${error.message}\n\n${HELP}`)
    process.exitCode = 2
  }
}
