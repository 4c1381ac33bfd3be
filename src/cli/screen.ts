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
  private timer: NodeJS.Immediate | undefined

  /** Prints a line, as soon as there is nothing else to do. */
  async line(text: string): Promise<void> {
    this.pending += `${text}\n`
    if (this.pending.length > BUFFER_LENGTH || process.stdout.writableNeedDrain) await this.flush()
    else this.timer ??= setImmediate(() => this.write())
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
    this.clearProgress()
  }

  private async flush(): Promise<void> {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
    this.write()
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
  }

  private write(): void {
    clearImmediate(this.timer)
    this.timer = undefined
    if (this.pending === '') return
    this.clearProgress()
    const text = this.pending
    this.pending = ''
    process.stdout.write(text)
  }

  private clearProgress(): void {
    if (this.shown) process.stderr.write('\r\x1b[K')
    this.shown = false
  }
}
