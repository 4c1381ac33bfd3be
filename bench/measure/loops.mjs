// The timed loops of this folder's tasks. Each contestant imports its own copy: see src/cli/bench/measure/loops.ts.

/** Opens a parser for each chunk, which may fail, and returns the number of errors. */
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

/** Sends one message to all subscribers, `passes` times. The sink copies every piece, as the kernel does for a socket. */
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
