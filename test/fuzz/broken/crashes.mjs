import { opened } from './wrapped.mjs'

export const open = opened((packet) => {
  if (packet.type === 'suback') packet.granted.length // no such field
  return packet
})
