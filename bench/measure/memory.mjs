// What is held, once the garbage is gone.

/** Bytes of heap and of ArrayBuffers. */
export function held() {
  // Twice: what the first collection has found dead is let go of in the second.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
