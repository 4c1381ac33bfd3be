// Topic names that came before. A broker sees the same ones again and again, and checking them and turning
// their bytes into text is most of the cost of a small PUBLISH.
//
// Only names that were found sound are kept, in bounded memory, for all parsers together. While little is found, nothing
// is looked up. A peer cannot make names collide, as it does not know the key; and all that it would gain is that they
// are not found.

import { Benefit } from './benefit.ts'

/** The shortest and the longest name that is kept, in bytes. */
const SHORTEST = 8
const LONGEST = 56

/** Each set has two places. */
const SETS = 2_048
const WAYS = 2
const SET_SHIFT = 32 - Math.log2(SETS)

/** The words of a place, side by side so that the processor fetches them at once: hash, length, then the name's own. */
const PLACE_SHIFT = 4
const PLACE = 1 << PLACE_SHIFT
const LENGTH = 1
const WORDS = 2

/** A table of topic names by their bytes: 256 KiB, and 4,096 texts of at most 56 bytes; and as many by their text. */
export class TopicCache {
  /** Set it to false to have every name read anew. */
  enabled = true
  private readonly benefit = new Benefit()
  private readonly outgoingBenefit = new Benefit()
  /** Names on their way out: at most as many, each with its bytes and their prefix. */
  private readonly outgoing = new Map<unknown, Uint8Array>()
  /** Odd, and no peer's business. */
  private readonly key = (Math.random() * 0x1_0000_0000) | 1
  /** The words of a name come from its first byte on and from its last, in turn. */
  private readonly places = new Int32Array(SETS * WAYS * PLACE)
  private readonly texts: string[] = new Array<string>(SETS * WAYS).fill('')
  /** The hash of each set's last name that was not found: a name is kept when it comes for the second time. */
  private readonly missed = new Int32Array(SETS)
  /** The hash of the name that `find` has just not found and `add` may keep; 0 if there is none. */
  sought = 0
  /** What `bytesOf` has just not found, and `keepBytes` may keep. */
  private wanted: unknown = undefined

  /** The text of the bytes from `start` to `end`, if they are a name that is kept. */
  find(view: DataView, start: number, end: number): string | undefined {
    this.sought = 0
    return this.benefit.expected && this.enabled ? this.lookUp(view, start, end) : undefined
  }

  private lookUp(view: DataView, start: number, end: number): string | undefined {
    const length = end - start
    if (length < SHORTEST || length > LONGEST) return undefined
    const { places, key } = this
    const reach = reachOf(length)
    const tail = end - reach
    let front = length
    let back = key
    for (let step = 0; step < reach; step += 4) {
      front = (Math.imul(front, key) + view.getInt32(start + step, true)) | 0
      back = (Math.imul(back, key) + view.getInt32(tail + step, true)) | 0
    }
    const hash = Math.imul(front ^ ((back >>> 15) | (back << 17)), key)
    const first = (hash >>> SET_SHIFT) * WAYS * PLACE
    const other = places[first]! ^ hash
    // The other place if the first is another's: without a branch, as none could be foretold.
    const place = first + (((other | -other) >>> 31) << PLACE_SHIFT)
    if (places[place] !== hash || places[place + LENGTH] !== length) return this.miss(hash)
    for (let step = 0, word = place + WORDS; step < reach; step += 4, word += 2) {
      if (places[word] !== view.getInt32(start + step, true)) return this.miss(hash)
      if (places[word + 1] !== view.getInt32(tail + step, true)) return this.miss(hash)
    }
    this.benefit.hit()
    return this.texts[place >> PLACE_SHIFT]
  }

  private miss(hash: number): undefined {
    this.sought = hash
    this.benefit.miss()
  }

  /** Keeps the sound name that was `sought`, if it is the second time. */
  add(view: DataView, start: number, end: number, text: string): void {
    const hash = this.sought
    const set = hash >>> SET_SHIFT
    if (this.missed[set] !== hash) {
      this.missed[set] = hash
      return
    }
    const { places } = this
    const first = set * WAYS * PLACE
    const second = first + PLACE
    const place =
      places[first + LENGTH] === 0
        ? first
        : places[second + LENGTH] === 0 || (hash & 1) === 1
          ? second
          : first
    const reach = reachOf(end - start)
    for (let step = 0, word = place + WORDS; step < reach; step += 4, word += 2) {
      places[word] = view.getInt32(start + step, true)
      places[word + 1] = view.getInt32(end - reach + step, true)
    }
    places[place] = hash
    places[place + LENGTH] = end - start
    this.texts[place / PLACE] = text
  }

  /** The bytes of `name`, prefix included, if it is a name that is kept. */
  bytesOf(name: unknown): Uint8Array | undefined {
    return this.outgoingBenefit.expected && this.enabled ? this.lookUpBytes(name) : undefined
  }

  private lookUpBytes(name: unknown): Uint8Array | undefined {
    const bytes = this.outgoing.get(name)
    if (bytes === undefined) {
      this.wanted = name
      this.outgoingBenefit.miss()
    } else {
      this.outgoingBenefit.hit()
    }
    return bytes
  }

  /** Keeps a copy of the bytes of a sound name, if it is the one that `bytesOf` has just not found. */
  keepBytes(name: string, bytes: Uint8Array): void {
    if (this.wanted !== name || bytes.length > LONGEST) return
    if (this.outgoing.size === SETS * WAYS) this.outgoing.clear()
    this.outgoing.set(name, bytes.slice())
  }

  /** Forgets all names. */
  clear(): void {
    this.places.fill(0)
    this.texts.fill('')
    this.outgoing.clear()
  }
}

/** How far from both ends of a name to look, in bytes, so that all of it is seen: few cases, foretold by the processor. */
function reachOf(length: number): number {
  if (length > 32) return 28
  return length > 16 ? 16 : 8
}

/** The one that all parsers share. */
export const topicCache: TopicCache = new TopicCache()
