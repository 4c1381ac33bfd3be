// A small language for structured bytes, whose lengths may be wrong. It does not use the library.
//
//   30 07        hexadecimal
//   'größe'      text, as UTF-8
//   'a'*65535    repeated; also possible for hexadecimal
//   [ … ]        a length prefix of two bytes, and its content;  in [+1 … ] and [-1 … ] the length is wrong by that much
//   ( … )        a Remaining Length in its shortest form, and the body;  in (+1 … ) and (-1 … ) the length is wrong
//   ^            marks the next byte as the position of the first violation;  ^^ the second, ^^^ the third
//   |            the next byte starts another packet, from which the offsets of marks count

/** The position of a violation. */
export interface Mark {
  /** In bytes from the first byte of its packet. */
  readonly offset: number
  /** In bytes from the first byte of the stream. */
  readonly streamOffset: number
}

/** The value of a notation. */
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

/** Bytes, the number of a mark, or the start of a packet. */
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

/** The bytes of a notation without marks. */
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
