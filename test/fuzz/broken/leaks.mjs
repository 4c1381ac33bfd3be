import { opened } from './wrapped.mjs'

const kept = []

export const open = opened((packet) => {
  kept.push(new Array(500_000).fill(packet))
  return packet
})
