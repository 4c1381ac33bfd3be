import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'

const PORT = 1883

/** A field in tshark's output: its name, its bytes in hexadecimal, and its parts. */
export interface Field {
  readonly name: string
  readonly value: string
  readonly show: string
  readonly fields: readonly Field[]
}

/** Returns what tshark shows for a capture of these packets, each in its own TCP segment. */
export function dissected(packets: readonly Uint8Array[], folder: string): Field[][] {
  const dump = join(folder, 'packets.txt')
  const capture = join(folder, 'packets.pcap')
  writeFileSync(dump, packets.map(hexDump).join('\n'))
  run('text2pcap', ['-q', '-T', `40000,${PORT}`, dump, capture])
  // Treat each segment separately: no reassembly, and no detection of retransmissions.
  const options = ['-o', 'tcp.desegment_tcp_streams:FALSE', '-o', 'tcp.analyze_sequence_numbers:FALSE']
  const pdml = run('tshark', [
    '-r',
    capture,
    '-T',
    'pdml',
    '-d',
    `tcp.port==${PORT},mqtt`,
    '-J',
    'mqtt',
    ...options,
  ])
  return framesOf(pdml).map((frame) => frame.filter(({ name }) => name === 'mqtt'))
}

/** Formats bytes like `od -Ax -tx1`. text2pcap starts a packet at each offset 0. */
function hexDump(bytes: Uint8Array): string {
  const pairs = Buffer.from(bytes).toString('hex').match(/../g) ?? []
  return `000000 ${pairs.join(' ')}\n`
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
  })
  if (status !== 0) throw error ?? new Error(`${program} ended with ${status}: ${stderr}`)
  return stdout
}

type Node = { readonly ':@'?: Readonly<Record<string, string>> } & Readonly<Record<string, readonly Node[]>>

function framesOf(pdml: string): Field[][] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    processEntities: true,
  })
  const root = (parser.parse(pdml) as Node[]).find((node) => node.pdml !== undefined)!
  return root.pdml!.flatMap((node) => (node.packet === undefined ? [] : [node.packet.map(fieldOf)]))
}

function fieldOf(node: Node): Field {
  const { name = '', value = '', show = '' } = node[':@'] ?? {}
  return { name, value, show, fields: (node.proto ?? node.field ?? []).map(fieldOf) }
}
