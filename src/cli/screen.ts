// Buffers lines for standard output, and shows progress if standard error is a terminal.

import { once } from 'node:events'

const BUFFER_LENGTH = 65_536
/** Milliseconds before progress is first shown, and between updates. */
const DELAY = 1_000
const INTERVAL = 200

export class Screen {
  private pending = ''
  private next = Date.now() + DELAY
  private shown = false

  async line(text: string): Promise<void> {
    this.pending += `${text}\n`
    if (this.pending.length > BUFFER_LENGTH) await this.flush()
  }

  /** Updates the progress line, if enough time has passed since the last update. */
  progress(text: () => string): void {
    if (!process.stderr.isTTY || Date.now() < this.next) return
    this.next = Date.now() + INTERVAL
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
