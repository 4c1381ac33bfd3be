// Joins the pieces of payloads.

import { expect } from 'vitest'
import {
  type Packet,
  type PacketOrPiece,
  PieceParser,
  type PieceParserOptions,
  type Publish,
} from '../../src/index.ts'
import { join } from './bytes.ts'

/** The packets that the items represent, and the available part of an incomplete one. */
export function putTogether(items: Iterable<PacketOrPiece>, piecesFrom = 1) {
  const packets: Packet[] = []
  let started: { fields: Omit<Publish, 'payload'>; pieces: Uint8Array[]; remaining: number } | undefined
  for (const item of items) {
    if (item.type === 'publish-start') {
      const { payloadLength, ...fields } = item
      expect(started).toBeUndefined()
      expect(payloadLength).toBeGreaterThanOrEqual(piecesFrom)
      started = { fields: { ...fields, type: 'publish' } as never, pieces: [], remaining: payloadLength }
    } else if (item.type === 'publish-piece') {
      expect(item.bytes.length).toBeGreaterThan(0)
      expect(item.remaining).toBe(started!.remaining - item.bytes.length)
      started!.pieces.push(item.bytes)
      started!.remaining = item.remaining
      if (item.remaining > 0) continue
      packets.push({ ...started!.fields, payload: join(...started!.pieces) } as Packet)
      started = undefined
    } else {
      expect(started).toBeUndefined()
      if (item.type === 'publish') expect(item.payload.length).toBeLessThan(piecesFrom)
      packets.push(item)
    }
  }
  return { packets, started }
}

/** Like `parse`, with a parser that returns payloads in pieces. */
export function parseInPieces(chunks: Iterable<Uint8Array>, options?: PieceParserOptions): Packet[] {
  const parser = new PieceParser({ piecesFrom: 1, ...options })
  const items = Array.from(chunks, (chunk) => [...parser.push(chunk)]).flat()
  parser.end()
  expect(parser.bufferedLength).toBe(0)
  const { packets, started } = putTogether(items, options?.piecesFrom)
  expect(started).toBeUndefined()
  return packets
}
