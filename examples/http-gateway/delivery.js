// A message until its PUBACK, and the request that waits for it.

/** @typedef {import('./request.js').Message} Message */

export class Delivery {
  isSettled = false
  /** Whether a broker may have received it. */
  isSent = false
  /** How often the connection was lost while this was the only message in flight. */
  lossesAlone = 0
  #onSettled
  #resolve = () => {}
  /** @type {(error: Error) => void} */
  #reject = () => {}

  /**
   * @param {Message} message
   * @param {(delivery: Delivery) => void} onSettled
   */
  constructor(message, onSettled) {
    this.message = message
    this.#onSettled = onSettled
    /** @type {Promise<void>} */
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Called when the broker has acknowledged it. */
  succeed() {
    if (this.#settle()) this.#resolve()
  }

  /** @param {Error} error */
  fail(error) {
    if (this.#settle()) this.#reject(error)
  }

  #settle() {
    if (this.isSettled) return false
    this.isSettled = true
    this.#onSettled(this)
    return true
  }
}
