import { opened } from './wrapped.mjs'

export const open = opened((packet) => {
  while (packet.type === 'connack' && packet.returnCode === 5);
  return packet
})
