// Finds the ends of packets without the code that is fuzzed.

/** The ends of the first packets, which must be complete. */
export function frameEnds(bytes, packets) {
  const ends = []
  let end = 0
  for (let packet = 0; packet < packets; packet++) {
    let position = end + 1
    let length = 0
    let unit = 1
    do {
      length += (bytes[position] & 0x7f) * unit
      unit *= 128
    } while (bytes[position++] >= 0x80)
    end = position + length
    ends.push(end)
  }
  return ends
}

/** Whether the Remaining Length of the packet is in its shortest form, so that its last byte is not a redundant zero. */
export function isShortestLength(packet) {
  let position = 1
  while (packet[position] >= 0x80) position++
  return position === 1 || packet[position] !== 0
}
