// Lines on standard output, in large pieces, and a line of progress where somebody watches.

import { once } from 'node:events'

const PIECE = 65_536
/** Milliseconds before progress shows, and between two looks at it. */
const PATIENCE = 1_000
const PAUSE = 200

export class Screen {
  private pending = ''
  private next = Date.now() + PATIENCE
  private shown = false

  async line(text: string): Promise<void> {
    this.pending += `${text}\n`
    if (this.pending.length > PIECE) await this.flush()
  }

  /** Shows how far it has come, now and then. */
  progress(text: () => string): void {
    if (!process.stderr.isTTY || Date.now() < this.next) return
    this.next = Date.now() + PAUSE
    process.stderr.write(`\r\x1b[K${text()}`)
    this.shown = true
  }

  async finish(): Promise<void> {
    await this.flush()
  }

  private async flush(): Promise<void> {
    if (this.shown) process.stderr.write('\r\x1b[K')
    this.shown = false
    const text = this.pending
    this.pending = ''
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
  }
}
