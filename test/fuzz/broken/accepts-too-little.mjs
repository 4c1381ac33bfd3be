import { opened } from './wrapped.mjs'

export const open = opened((packet) => {
  if (packet.type === 'publish' && packet.topic.startsWith('$'))
    throw new Error(`topic ${packet.topic} is odd`)
  return packet
})
