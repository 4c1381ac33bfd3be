// Seeded random numbers. They use only 32-bit integer arithmetic, so they are the same on every runtime.

const TWO_32 = 0x1_0000_0000
const WARM_UP = 12

/** The pseudo-random number generator sfc32, with 128 bits of state. Not cryptographically secure. */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter: number

  /** @throws TypeError unless `seed` is a safe integer */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new TypeError(`seed must be a safe integer, not ${String(seed)}`)
    this.a = seed | 0
    this.b = Math.floor(seed / TWO_32) | 0
    this.c = 0
    this.counter = 1
    for (let round = 0; round < WARM_UP; round++) this.uint32()
  }

  /** An integer from 0 to 4,294,967,295. */
  uint32(): number {
    const { a, b, c } = this
    const next = (a + b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = b ^ (b >>> 9)
    this.b = (c + (c << 3)) | 0
    this.c = (((c << 21) | (c >>> 11)) + next) | 0
    return next >>> 0
  }

  /** An integer from `min` to `max`, both inclusive, with uniform distribution. */
  integer(min: number, max: number): number {
    const range = max - min + 1
    const fair = TWO_32 - (TWO_32 % range)
    let drawn = this.uint32()
    while (drawn >= fair) drawn = this.uint32()
    return min + (drawn % range)
  }
}
