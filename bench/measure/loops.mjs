// What is timed. Imported anew for each contestant: V8 learns for each function what it sees there, and what it has
// learnt from one contestant must neither help nor hurt the next one.
//
// Whatever comes out is read and goes into a sum, which has to be the generator's: nothing can be left out as unused.

/** Decodes the chunks so many times over, as one connection's stream. */
export function decodeLoop({ open, feed, read }, { chunks }) {
  let sum = 0
  const visit = (packet) => {
    sum = (sum + read(packet)) | 0
  }
  return (passes) => {
    sum = 0
    const parser = open(visit)
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < chunks.length; index++) feed(parser, chunks[index], visit)
    }
    return sum
  }
}

/** Decodes the chunks so many times over, each time as if for the first time. */
export function firstPassLoop(contestant, stream) {
  const { forget = () => {} } = contestant
  const decode = decodeLoop(contestant, stream)
  return (passes) => {
    let sum = 0
    for (let pass = 0; pass < passes; pass++) {
      forget()
      sum = (sum + decode(1)) | 0
    }
    return sum
  }
}

/** Encodes each packet into bytes of its own. */
export function encodeLoop({ encode }, natives) {
  return (passes) => {
    let sum = 0
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < natives.length; index++) {
        const bytes = encode(natives[index])
        sum = (sum + bytes.length + bytes[bytes.length - 1]) | 0
      }
    }
    return sum
  }
}

/** Encodes one packet behind the other into one buffer, and starts again at its front when it is full. */
export function encodeIntoLoop({ encodeInto }, natives, longest) {
  const target = Buffer.alloc(Math.max(64 * 1024, longest + 64))
  const last = target.length - longest
  return (passes) => {
    let sum = 0
    let offset = 0
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < natives.length; index++) {
        if (offset > last) offset = 0
        const length = encodeInto(natives[index], target, offset)
        offset += length
        sum = (sum + length + target[offset - 1]) | 0
      }
    }
    return sum
  }
}

/** A connection for each chunk, which may end in an error; returns how many did. */
export function reopenLoop({ open, feed }, { chunks }) {
  const visit = () => {}
  return (passes) => {
    let errors = 0
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < chunks.length; index++) {
        try {
          feed(open(visit), chunks[index], visit)
        } catch {
          errors++
        }
      }
    }
    return errors
  }
}

/** Sends one message to all subscribers, so many times over. The sink copies every piece, as the system does for a socket. */
export function fanOutLoop(send, packetIds) {
  const memory = Buffer.alloc(64 * 1024)
  const last = memory.length - 1024
  let at = 0
  const sink = {
    write(piece) {
      if (typeof piece === 'string') {
        at += memory.write(piece, at)
      } else {
        memory.set(piece, at)
        at += piece.length
      }
      return true
    },
  }
  return (passes) => {
    let sum = 0
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < packetIds.length; index++) {
        if (at > last) at = 0
        const start = at
        send(packetIds[index], sink)
        sum = (sum + at - start + memory[at - 1]) | 0
      }
    }
    return sum
  }
}
