import { opened } from './wrapped.mjs'

export const open = opened((packet) =>
  packet.type === 'connect' ? { ...packet, keepAlive: packet.keepAlive & 0xff } : packet,
)
