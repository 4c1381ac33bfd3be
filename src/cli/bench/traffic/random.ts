// Numbers that come again: the same seed gives the same traffic on every machine.

/** Marsaglia's xorshift with 32 bits of state. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0 || 1
  }

  /** A whole number of 32 bits, signed. */
  next(): number {
    let { state } = this
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.state = state
    return state
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + ((this.next() >>> 0) % (most - least + 1))
  }

  pick<Item>(list: readonly Item[]): Item {
    return list[this.between(0, list.length - 1)] as Item
  }

  /** Fisher's and Yates's shuffle of a copy. */
  shuffled<Item>(list: readonly Item[]): Item[] {
    const order = [...list]
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.between(0, last)
      ;[order[last], order[other]] = [order[other] as Item, order[last] as Item]
    }
    return order
  }

  /** True so many times in a hundred. */
  percent(share: number): boolean {
    return this.between(1, 100) <= share
  }

  bytes(length: number): Buffer {
    const words = new Int32Array(Math.ceil(length / 4))
    for (let index = 0; index < words.length; index++) words[index] = this.next()
    return Buffer.from(words.buffer, 0, length)
  }
}
