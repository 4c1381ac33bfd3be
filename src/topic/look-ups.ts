// Whether to look up topic names in a cache. Where names do not repeat, looking them up only costs time.

/** What a name does to the credit: a new one costs a look-up, a repeated one is kept, and a found one has saved time. */
const NEW = -2
const REPEATED = -1
const FOUND = 2

/**
 * The credit at first, which is also the most, and after a pause. Names that come at random out of N use up 1.44 N before
 * more is earned than spent: at first 2,800 topics are learnt without a pause, after a pause 1,400.
 */
const MOST_CREDIT = 4_096
const CREDIT_AFTER_PAUSE = 2_048

/**
 * For how many names a cache pauses when its credit is used up. Each pause is twice as long as the one before, so that in
 * the end one in 129 unique names is looked up: this makes decoding W7 1 to 2 % slower.
 */
const FIRST_PAUSE = 16_384
const LONGEST_PAUSE = 131_072

/** How many hashes of new names are remembered, to tell which repeat. */
const REMEMBERED = 4_096
const SLOT_SHIFT = 32 - Math.log2(REMEMBERED)

/** Decides which names one cache looks up, and which it keeps. */
export class LookUps {
  enabled = true
  private credit = MOST_CREDIT
  /** The names still to be passed over, and how many the next pause lasts. */
  private pause = 0
  private nextPause = FIRST_PAUSE
  private random = 0
  private readonly hashes = new Int32Array(REMEMBERED)

  /** Whether to look up the next name. */
  due(): boolean {
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

  /** Returns whether the name that was not found is repeated, and so is worth keeping. */
  notFound(hash: number): boolean {
    const slot = hash >>> SLOT_SHIFT
    const remembered = this.hashes[slot]
    const isRepeated = remembered === hash
    // Only every other hash, at random, replaces an older one: names that take turns in a slot would never repeat there.
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
