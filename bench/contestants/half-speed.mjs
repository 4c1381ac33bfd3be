// mqtt-wire doing everything twice. The gate must fail for it.

import * as wire from './mqtt-wire.mjs'

export const name = 'half-speed'
export const { forget, read, neutral, readFrame, native } = wire

const ignore = () => {}

export function open() {
  return [wire.open(), wire.open()]
}

export function feed([first, second], chunk, visit) {
  wire.feed(first, chunk, ignore)
  wire.feed(second, chunk, visit)
}

export function feedFrames([first, second], chunk, visit) {
  wire.feedFrames(first, chunk, ignore)
  wire.feedFrames(second, chunk, visit)
}

export function encode(packet) {
  wire.encode(packet)
  return wire.encode(packet)
}

export function encodeInto(packet, target, offset) {
  wire.encodeInto(packet, target, offset)
  return wire.encodeInto(packet, target, offset)
}

export const fanOut = Object.fromEntries(
  Object.entries(wire.fanOut).map(([way, prepare]) => [
    way,
    (message) => {
      const send = prepare(message)
      if (way === 'encode each') return send
      return (packetId, sink) => {
        send(packetId, { write: ignore })
        send(packetId, sink)
      }
    },
  ]),
)
