// One line that tells how far a run has come, on a terminal only.

export class Progress {
  #jobs
  #done = 0
  #shows = process.stderr.isTTY === true

  constructor(jobs) {
    this.#jobs = jobs
  }

  show(id, share) {
    if (!this.#shows) return
    const percent = Math.round(share * 100)
    process.stderr.write(`\r\x1b[K[${this.#done + 1}/${this.#jobs}] ${id} ${percent} %`)
  }

  next() {
    this.#done++
    this.clear()
  }

  /** Makes room for other output. */
  clear() {
    if (this.#shows) process.stderr.write('\r\x1b[K')
  }
}
