// A small language for bytes that have structure, and may lie about it. Nothing of the library is in it.
//
//   30 07        hexadecimal
//   'größe'      text, as UTF-8
//   'a'*65535    so many times; hexadecimal as well
//   [ … ]        a length prefix of two bytes, and what it counts;  [+1 … ] and [-1 … ] lie by so much
//   ( … )        a Remaining Length in its shortest form, and what it counts;  (+1 … ) and (-1 … ) lie
//   ^            marks the next byte: there lies the first breach;  ^^ the second, ^^^ the third
//   |            the next byte starts another packet: marks count from there

/** Where a breach lies. */
export interface Mark {
  /** In bytes from its packet's first byte. */
  readonly offset: number
  /** In bytes from the first byte of all. */
  readonly streamOffset: number
}

/** What a notation stands for. */
export interface Notated {
  readonly bytes: Buffer
  readonly marks: readonly Mark[]
}

const TOKENS = /'([^']*)'(?:\*(\d+))?|((?:[0-9a-f]{2})+)(?:\*(\d+))?|([[(])([+-]\d+)?|([\])])|(\^+)|(\|)|\s+/y

interface Group {
  readonly opened: '[' | '('
  readonly lie: number
  readonly pieces: Piece[]
}

/** Bytes, or the n-th mark, or the start of a packet. */
type Piece = Buffer | number

const PACKET = 0

export function notated(text: string): Notated {
  const groups: Group[] = [{ opened: '(', lie: 0, pieces: [] }]
  for (let index = 0; index < text.length; index = TOKENS.lastIndex) {
    TOKENS.lastIndex = index
    const token = TOKENS.exec(text)
    if (token === null) throw new SyntaxError(`what is ${text.slice(index, index + 20)}?`)
    const [, quoted, times = '1', hex, hexTimes = '1', opened, lie = '0', closed, mark, bar] = token
    const { pieces } = groups.at(-1)!
    if (quoted !== undefined) pieces.push(Buffer.from(quoted.repeat(Number(times))))
    else if (hex !== undefined) pieces.push(Buffer.from(hex.repeat(Number(hexTimes)), 'hex'))
    else if (opened !== undefined)
      groups.push({ opened: opened as Group['opened'], lie: Number(lie), pieces: [] })
    else if (closed !== undefined) close(groups, closed)
    else if (mark !== undefined) pieces.push(mark.length)
    else if (bar !== undefined) pieces.push(PACKET)
  }
  if (groups.length !== 1) throw new SyntaxError(`unclosed: ${text}`)
  return located(groups[0]!.pieces)
}

/** The bytes alone. */
export const bytesOf = (text: string): Buffer => notated(text).bytes

function close(groups: Group[], closed: string): void {
  const { opened, lie, pieces } = groups.pop()!
  if (groups.length === 0 || (opened === '[') !== (closed === ']')) throw new SyntaxError(`a stray ${closed}`)
  const length = pieces.reduce<number>(
    (sum, piece) => sum + (typeof piece === 'object' ? piece.length : 0),
    lie,
  )
  groups.at(-1)!.pieces.push(opened === '[' ? prefix(length) : remainingLength(length), ...pieces)
}

function prefix(length: number): Buffer {
  return Buffer.of(length >> 8, length & 0xff)
}

function remainingLength(length: number): Buffer {
  const digits = [length % 128]
  for (let rest = Math.floor(length / 128); rest > 0; rest = Math.floor(rest / 128)) digits.push(rest % 128)
  return Buffer.from(digits.map((digit, index) => (index + 1 < digits.length ? digit + 128 : digit)))
}

function located(pieces: readonly Piece[]): Notated {
  const marks: Mark[] = []
  let position = 0
  let packet = 0
  for (const piece of pieces) {
    if (typeof piece === 'object') position += piece.length
    else if (piece === PACKET) packet = position
    else marks[piece - 1] = { offset: position - packet, streamOffset: position }
  }
  return { bytes: Buffer.concat(pieces.filter((piece) => typeof piece === 'object')), marks }
}
