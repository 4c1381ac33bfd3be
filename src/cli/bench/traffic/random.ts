// A seeded random number generator, so that the traffic is the same on every machine.

/** Marsaglia's 32-bit xorshift. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0 || 1
  }

  /** Returns a signed 32-bit integer. */
  next(): number {
    let { state } = this
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.state = state
    return state
  }

  /** Returns an integer from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + ((this.next() >>> 0) % (max - min + 1))
  }

  pick<Item>(list: readonly Item[]): Item {
    return list[this.between(0, list.length - 1)] as Item
  }

  /** Returns a shuffled copy (Fisher–Yates). */
  shuffled<Item>(list: readonly Item[]): Item[] {
    const order = [...list]
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.between(0, last)
      ;[order[last], order[other]] = [order[other] as Item, order[last] as Item]
    }
    return order
  }

  /** Returns true with a probability of `share` percent. */
  percent(share: number): boolean {
    return this.between(1, 100) <= share
  }

  bytes(length: number): Buffer {
    const words = new Int32Array(Math.ceil(length / 4))
    for (let index = 0; index < words.length; index++) words[index] = this.next()
    return Buffer.from(words.buffer, 0, length)
  }
}
