// Whether a cache is worth asking: one that finds nothing is hardly asked.

/** After so many misses there must have been so many hits, or the next look-ups are left out: each time more of them. */
const MISSES = 16
const WORTHWHILE = 8
const FIRST_PAUSE = 32
const LAST_PAUSE = 1_024

/** Counts what looking up finds, and leaves look-ups out while it is little. */
export class Benefit {
  private hits = 0
  private misses = 0
  private left = 0
  private pause = FIRST_PAUSE

  /** Whether to look up this time. */
  get expected(): boolean {
    if (this.left === 0) return true
    this.left--
    return false
  }

  hit(): void {
    this.hits = (this.hits + 1) & 0x3fff_ffff // stays a small integer
  }

  miss(): void {
    if (++this.misses < MISSES) return
    if (this.hits >= WORTHWHILE) {
      this.pause = FIRST_PAUSE
    } else {
      this.left = this.pause
      this.pause = Math.min(this.pause * 2, LAST_PAUSE)
    }
    this.misses = 0
    this.hits = 0
  }
}
