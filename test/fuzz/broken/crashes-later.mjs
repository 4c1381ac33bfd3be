import { opened } from './wrapped.mjs'

export const open = opened((packet) => {
  if (packet.type === 'connack' && packet.returnCode === 3) setImmediate(() => packet.missing.length)
  return packet
})
