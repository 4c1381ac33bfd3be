// Takes time for each chunk, so that a run ends in the middle of its inputs.

import { setTimeout } from 'node:timers/promises'
import { DecodeError, PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return async (chunk) => {
    await setTimeout(20)
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}

export const isRefusal = (error) => error instanceof DecodeError
