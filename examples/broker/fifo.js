// First in, first out. An array's own shift moves all that is left once the array is large.

/** @template Item */
export class Fifo {
  /** @type {(Item | undefined)[]} */
  #items = []
  #first = 0

  get length() {
    return this.#items.length - this.#first
  }

  /** @param {Item} item */
  push(item) {
    this.#items.push(item)
  }

  /** @returns {Item | undefined} */
  shift() {
    if (this.length === 0) return undefined
    const item = this.#items[this.#first]
    this.#items[this.#first++] = undefined
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return item
  }
}
