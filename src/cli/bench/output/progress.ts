// A progress line, shown only if standard error is a terminal.

export class Progress {
  private readonly jobs: number
  private done = 0
  private readonly shows = process.stderr.isTTY === true

  constructor(jobs: number) {
    this.jobs = jobs
  }

  show(id: string, share: number): void {
    if (!this.shows) return
    const percent = Math.round(share * 100)
    process.stderr.write(`\r\x1b[K[${this.done + 1}/${this.jobs}] ${id} ${percent} %`)
  }

  next(): void {
    this.done++
    this.clear()
  }

  /** Clears the line before other output. */
  clear(): void {
    if (this.shows) process.stderr.write('\r\x1b[K')
  }
}
