// Decides whether to look up topic names in a cache. If names do not repeat, looking them up only costs time.

/** How a name changes the credit: a new one costs a look-up, a repeated one is worth keeping, a found one saves time. */
const NEW = -2
const REPEATED = -1
const FOUND = 2

/**
 * The credit at the start, which is also the maximum, and after a pause. Names chosen at random from N use up 1.44 N before
 * they earn more than they spend: 2,800 topics are learned without a pause at the start, 1,400 after a pause.
 */
const MOST_CREDIT = 4_096
const CREDIT_AFTER_PAUSE = 2_048

/**
 * How many names a cache skips when its credit is used up. Each pause is twice as long as the one before, so that in the
 * end one in 129 unique names is looked up: this makes decoding W7 1 to 2 % slower.
 */
const FIRST_PAUSE = 16_384
const LONGEST_PAUSE = 131_072

/** How many hashes of new names are remembered, to detect repeated names. */
const REMEMBERED = 4_096
const SLOT_SHIFT = 32 - /* @__PURE__ */ Math.log2(REMEMBERED)

/** Decides which names a cache looks up and which it keeps. */
export class CachePolicy {
  enabled = true
  private credit = MOST_CREDIT
  /** The number of names still to be skipped, and the length of the next pause. */
  private pause = 0
  private nextPause = FIRST_PAUSE
  private random = 0
  private readonly hashes = new Int32Array(REMEMBERED)

  /** Returns whether to look up the next name. If not, counts it as skipped. */
  shouldLookUp(): boolean {
    if (this.pause === 0) return this.enabled
    if (this.enabled) this.pause--
    return false
  }

  found(): void {
    if (this.credit < MOST_CREDIT) this.earn()
  }

  private earn(): void {
    this.credit += FOUND
    if (this.credit >= MOST_CREDIT) this.nextPause = FIRST_PAUSE
  }

  /** Returns whether the name that was not found is repeated, and therefore worth keeping. */
  notFound(hash: number): boolean {
    const slot = hash >>> SLOT_SHIFT
    const remembered = this.hashes[slot]
    const isRepeated = remembered === hash
    // Replaces an older hash only half the time, at random: otherwise names that alternate in a slot would never repeat.
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) | 0
    if (remembered === 0 || this.random < 0) this.hashes[slot] = hash
    this.credit += isRepeated ? REPEATED : NEW
    if (this.credit <= 0) this.startPause()
    return isRepeated
  }

  private startPause(): void {
    this.credit = CREDIT_AFTER_PAUSE
    this.pause = this.nextPause
    this.nextPause = Math.min(2 * this.nextPause, LONGEST_PAUSE)
  }

  /** Forgets all names, and looks up the next one. */
  clear(): void {
    this.hashes.fill(0)
    this.credit = MOST_CREDIT
    this.pause = 0
    this.nextPause = FIRST_PAUSE
  }
}
