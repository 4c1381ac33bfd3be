// Cheap in-place mutations, a million per second.

/** Bytes that decoders treat specially. */
const BYTES = Uint8Array.from([
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x7f, 0x80, 0x81, 0xff, 0x23, 0x2b, 0x2f, 0x24, 0x61, 0xc0, 0xc2,
  0xc4, 0xe0, 0xed, 0xa0, 0x9f, 0xef, 0xbb, 0xbf, 0xf0, 0x90, 0xf4, 0x8f, 0x10, 0x20, 0x30, 0x32, 0x34, 0x3b,
  0x40, 0x62, 0x82, 0x90, 0xa2, 0xd0,
])

/** Pieces of text and of packets. */
const PIECES = [
  'c3a9',
  'efbbbf',
  'e282ac',
  'f09f9880',
  'edb080',
  'eda080',
  'f4908080',
  'c080',
  'e08080',
  'f0808080',
  'f8',
  'fe',
  'efbfbf',
  '2f23',
  '2f2b',
  '2b2f',
  '2f2f',
  '2453',
  '00',
  '000161',
  '0000',
  '00044d515454',
  '00064d5149736470',
  '000461622f63',
  '6162636465666768',
  'c000',
  '40020001',
  '808001',
  'ffffff7f',
  '8000',
].map((hex) => Buffer.from(hex, 'hex'))

const LONGEST_BLOCK = 32
const MOST_STEPS = 4

export class Havoc {
  /** @param pool packets to splice with */
  constructor(random, memory, pool) {
    this.random = random
    this.capacity = memory.byteLength
    this.bytes = new Uint8Array(memory)
    this.pool = pool
    this.length = 0
  }

  /** Writes a mutation of `parent` to the memory and returns its length. */
  mutate(parent) {
    this.bytes.set(parent)
    this.length = parent.length
    const steps = 1 + this.below(MOST_STEPS)
    for (let step = 0; step < steps; step++) this.step()
    const repair = this.below(4)
    if (repair < 2) this.repairRemainingLength()
    if (repair === 1) this.insert(this.length, this.pick(this.pool))
    return this.length
  }

  below(limit) {
    return this.random.uint32() % limit
  }

  pick(items) {
    return items[this.below(items.length)]
  }

  step() {
    const { bytes, length } = this
    const at = this.below(length + 1)
    switch (this.below(12)) {
      case 0:
        bytes[at] ^= 1 << this.below(8)
        return
      case 1:
        bytes[at] = this.below(256)
        return
      case 2:
        bytes[at] = this.pick(BYTES)
        return
      case 3:
        return this.insert(at, this.pick(PIECES))
      case 4:
        return this.remove(at, 1 + this.below(4))
      case 5:
        return this.remove(at, this.below(LONGEST_BLOCK))
      case 6:
        return this.overwrite(at, this.pick(PIECES))
      case 7:
        return this.insert(this.below(length + 1), bytes.slice(at, at + this.below(LONGEST_BLOCK)))
      case 8:
        return this.splice(this.pick(this.pool))
      case 9:
        return this.writePrefix(at, length - at - 2)
      case 10:
        return this.writePrefix(at, this.below(16))
      default:
        this.repeat(at, this.below(length + 1), 1 + this.below(1 << this.below(8)))
    }
  }

  insert(at, piece) {
    if (this.length + piece.length > this.capacity) return
    this.bytes.copyWithin(at + piece.length, at, this.length)
    this.bytes.set(piece, at)
    this.length += piece.length
  }

  remove(at, count) {
    const end = Math.min(at + count, this.length)
    this.bytes.copyWithin(at, end, this.length)
    this.length -= end - at
  }

  overwrite(at, piece) {
    if (at + piece.length <= this.length) this.bytes.set(piece, at)
  }

  /** Joins its own start and the other's end. */
  splice(other) {
    const at = this.below(this.length + 1)
    const from = this.below(other.length)
    this.length = at
    this.insert(at, other.subarray(from))
  }

  writePrefix(at, value) {
    if (value < 0 || at + 2 > this.length) return
    this.bytes[at] = value >> 8
    this.bytes[at + 1] = value
  }

  /** Inserts a byte many times. */
  repeat(from, at, count) {
    if (this.length + count > this.capacity) return
    const byte = this.bytes[from]
    this.bytes.copyWithin(at + count, at, this.length)
    this.bytes.fill(byte, at, at + count)
    this.length += count
  }

  /** Makes the first packet end at the end of the bytes, sometimes with a Remaining Length that is not in its shortest form. */
  repairRemainingLength() {
    const { bytes } = this
    let body = 1
    while (body < 4 && body < this.length && bytes[body] >= 0x80) body++
    body = Math.min(body + 1, this.length)
    if (body < 2) return
    this.remove(1, body - 1)
    const value = this.length - 1
    const digits = [value & 0x7f]
    for (let rest = value >> 7; rest > 0; rest >>= 7) digits.push(rest & 0x7f)
    if (digits.length < 4 && this.below(32) === 0) digits.push(0)
    this.insert(
      1,
      digits.map((digit, index) => (index < digits.length - 1 ? digit | 0x80 : digit)),
    )
  }
}
