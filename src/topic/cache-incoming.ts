// The cache of topic names that were received, found by their bytes. A broker receives the same names again and again, and
// validating and decoding them is most of the cost of a small PUBLISH.
//
// A name's hash gives it two places in a table, and it is stored in one of them. A place holds a tag, the name's bytes and
// its text. All tags together take 16 KiB, so that they stay in the processor's L1 cache. If a tag matches, all bytes of
// the name are compared, so that names are never confused. The hash depends on random keys: a peer cannot choose names
// that share their places, and if names do share them, they are simply not found.
//
// All state is in module variables and not in an object: V8 then compiles the tables' addresses into the code, which makes
// decoding of W1 and W2 5 % faster.

import { CachePolicy } from './cache-policy.ts'

/** The minimum and maximum length of a name to be kept, in bytes. */
const SHORTEST = 8
const LONGEST = 128

const PLACES = 4_096
const FIRST_SHIFT = 32 - Math.log2(PLACES)
const SECOND_SHIFT = 8
const WORDS = LONGEST / 4

/** The upper 24 bits of the name's hash, and its length; 0 if a place is empty. */
const tags = /* @__PURE__ */ new Int32Array(PLACES)
/** The bytes of the names, in the order in which `lookUp` compares them. */
const words = /* @__PURE__ */ new Int32Array(PLACES * WORDS)
const texts: string[] = /* @__PURE__ */ noTexts()

export const incomingPolicy: CachePolicy = /* @__PURE__ */ new CachePolicy()
let hashWorthKeeping = 0

const WORD_KEY = /* @__PURE__ */ randomKey()
const LANE_KEY = /* @__PURE__ */ randomKey()

function randomKey(): number {
  return (Math.random() * 0x1_0000_0000) | 1 // odd, so that no bit is lost
}

function noTexts(): string[] {
  return new Array<string>(PLACES).fill('')
}

/** Returns the text of the name from `start` to `end` if the name is known. */
export function textOf(view: DataView, start: number, end: number): string | undefined {
  return incomingPolicy.shouldLookUp() ? lookUp(view, start, end) : notLookedUp()
}

/**
 * Its loops are unrolled once, which makes the function too large for V8 to inline (more than 460 bytes of bytecode).
 * Inlined, it would use up the inlining budget of its callers: decoding W2 then took 1.2 to 1.3 times as long in some
 * processes.
 */
function lookUp(view: DataView, start: number, end: number): string | undefined {
  const length = end - start
  if (length < SHORTEST || length > LONGEST) return notLookedUp()
  const reach = reachOf(length)
  const tail = end - reach
  let front = length
  let back = LANE_KEY
  for (let step = 0; step < reach; step += 8) {
    front = mix(front, view.getInt32(start + step, true), view.getInt32(start + step + 4, true))
    back = mix(back, view.getInt32(tail + step, true), view.getInt32(tail + step + 4, true))
  }
  const hash = Math.imul(front ^ ((back >>> 15) | (back << 17)), WORD_KEY)
  const tag = tagOf(hash, length)
  const first = firstPlace(hash)
  // Branch-free, because a branch would be unpredictable: if the first place has another tag, the mask is all ones.
  const difference = tags[first]! ^ tag
  const mask = (difference | -difference) >> 31
  const place = first ^ ((first ^ secondPlace(hash)) & mask)
  if (tags[place] !== tag) return notFound(hash)
  let differences = 0
  for (let step = 0, word = place * WORDS; step < reach; step += 8, word += 4) {
    differences |= words[word]! ^ view.getInt32(start + step, true)
    differences |= words[word + 1]! ^ view.getInt32(start + step + 4, true)
    differences |= words[word + 2]! ^ view.getInt32(tail + step, true)
    differences |= words[word + 3]! ^ view.getInt32(tail + step + 4, true)
  }
  if (differences !== 0) return notFound(hash)
  incomingPolicy.found()
  return texts[place]
}

function notFound(hash: number): undefined {
  hashWorthKeeping = incomingPolicy.notFound(hash) ? hash : 0
}

function notLookedUp(): undefined {
  hashWorthKeeping = 0
}

/**
 * How many bytes to read from each end of a name to cover all of it. There are only a few cases, so that the processor can
 * predict how often the loops run: an exact number costs 6 ns more.
 */
function reachOf(length: number): number {
  if (length > 64) return length > 96 ? 64 : 48
  return length > 32 ? 32 : length > 16 ? 16 : 8
}

/**
 * A multiplication never moves a difference to lower bits: two words that differ only in their upper bits, as letters do by
 * case, could cancel each other out whatever the keys. So the first product is folded, and the lane rotated, before they are
 * combined.
 */
function mix(lane: number, word: number, next: number): number {
  const product = Math.imul(word, WORD_KEY)
  const turned = (lane << 13) | (lane >>> 19)
  return (Math.imul(turned, LANE_KEY) + (product ^ (product >>> 15)) + Math.imul(next, WORD_KEY)) | 0
}

function firstPlace(hash: number): number {
  return hash >>> FIRST_SHIFT
}

function secondPlace(hash: number): number {
  return (hash >>> SECOND_SHIFT) & (PLACES - 1)
}

function tagOf(hash: number, length: number): number {
  return (hash & -(1 << SECOND_SHIFT)) | length
}

/** The hash of the name that `textOf` has just failed to find, if it is worth keeping; otherwise 0. */
export function hashToKeep(): number {
  return hashWorthKeeping
}

/** The characters that parsers may refuse (§1.5.3), and U+FFFD, which replaces ill-formed bytes if a parser tolerates them. */
const REFUSABLE = /[\p{Cc}\p{Noncharacter_Code_Point}\uFFFD]/u

/**
 * Keeps a valid name that `textOf` has failed to find, by the hash that `hashToKeep` returned then.
 * `text` must not be a slice of a larger string, which it would keep alive: `asciiText` and `utf8Text` create new strings.
 */
export function keepText(view: DataView, start: number, end: number, text: string, hash: number): void {
  if (REFUSABLE.test(text)) return
  const place = placeToTake(hash)
  if (place === undefined) return
  const reach = reachOf(end - start)
  const tail = end - reach
  for (let step = 0, word = place * WORDS; step < reach; step += 8, word += 4) {
    words[word] = view.getInt32(start + step, true)
    words[word + 1] = view.getInt32(start + step + 4, true)
    words[word + 2] = view.getInt32(tail + step, true)
    words[word + 3] = view.getInt32(tail + step + 4, true)
  }
  tags[place] = tagOf(hash, end - start)
  texts[place] = text
}

/**
 * Returns a free place, or occasionally an occupied one. If more names repeat than there are places, it is better to keep
 * some of them for long than each for a short time: keeping a name costs as much as finding it twice saves.
 */
function placeToTake(hash: number): number | undefined {
  const first = firstPlace(hash)
  if (tags[first] === 0) return first
  const second = secondPlace(hash)
  if (tags[second] === 0) return second
  const dice = Math.random()
  return dice < 0.25 ? (dice < 0.125 ? first : second) : undefined
}

/** Forgets all names. */
export function clearTexts(): void {
  tags.fill(0)
  texts.fill('')
  incomingPolicy.clear()
}
