import {
  createMqttPacket,
  type MqttPacketOptions,
  type Packet,
  type Parser,
} from '../../src/mqtt-packet/index.ts'

export interface Events {
  readonly packets: Packet[]
  readonly errors: string[]
  /** The result of each call of `parse`. */
  readonly left: number[]
}

/** The events of a parser for these chunks. */
export function eventsOf(
  chunks: readonly Uint8Array[],
  options: MqttPacketOptions = {},
  opts: object = {},
): Events {
  const parser = createMqttPacket(options).parser(opts)
  const { packets, errors } = listen(parser)
  return { packets, errors, left: chunks.map((chunk) => parser.parse(chunk)) }
}

export function listen(parser: Parser): { packets: Packet[]; errors: string[] } {
  const packets: Packet[] = []
  const errors: string[] = []
  parser.on('packet', (packet) => void packets.push(packet))
  parser.on('error', (error: Error) => void errors.push(error.message))
  return { packets, errors }
}
