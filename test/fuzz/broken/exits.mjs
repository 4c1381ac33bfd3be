import { opened } from './wrapped.mjs'

export const open = opened((packet) => {
  if (packet.type === 'connack' && packet.returnCode === 4) process.exit(7)
  return packet
})
