// Queries TypeScript's server, like an editor.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { toolPath } from '../support/package-tools.ts'

/** The definition of a name: its file, and the text there. */
export interface Definition {
  readonly file: string
  readonly text: string
}

interface Position {
  readonly line: number
  readonly offset: number
}

/** Finds the definitions of names in these lines of a file. */
export async function definitionsIn(
  file: string,
  lines: readonly string[],
  names: readonly string[],
): Promise<Definition[]> {
  const server = spawn(process.execPath, [
    toolPath('typescript-5.9/lib/tsserver.js'),
    '--disableAutomaticTypingAcquisition',
  ])
  try {
    const request = (seq: number, command: string, args: object): void => {
      server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`)
    }
    request(0, 'open', { file })
    names.forEach((name, index) => {
      const columns = lines.map((text) => text.search(new RegExp(`\\b${name}\\b`)))
      const line = columns.findIndex((column) => column >= 0)
      request(index + 1, 'definition', { file, line: line + 1, offset: columns[line]! + 1 })
    })
    const definitions: Definition[] = []
    for await (const line of createInterface(server.stdout)) {
      const { command, body } = line.startsWith('{') ? JSON.parse(line) : {}
      if (command !== 'definition') continue
      const [{ file, start, end }] = body as { file: string; start: Position; end: Position }[] as [never]
      definitions.push({ file, text: textAt(file, start, end) })
      if (definitions.length === names.length) break
    }
    return definitions
  } finally {
    server.kill()
  }
}

function textAt(file: string, start: Position, end: Position): string {
  const line = readFileSync(file, 'utf8').split('\n')[start.line - 1]!
  return line.slice(start.offset - 1, end.offset - 1).trim() // the span of a class includes the space after its name
}
