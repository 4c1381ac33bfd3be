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

  progress(position: number, size: number | undefined, packets: number): void {
    if (!process.stderr.isTTY || Date.now() < this.next) return
    this.next = Date.now() + PAUSE
    const share = size ? ` (${Math.floor((100 * position) / size)} %)` : ''
    process.stderr.write(
      `\r\x1b[K${(position / 1e6).toFixed(1)} MB${share}, ${packets.toLocaleString('en')} packets`,
    )
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
