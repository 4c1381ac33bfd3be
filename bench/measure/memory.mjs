/** Returns the bytes of heap and ArrayBuffers in use after garbage collection. */
export function held() {
  // Twice, because the first collection leaves some memory that only the second one releases.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
