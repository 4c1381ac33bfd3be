// What is reported.

/** `next packet`: what follows a packet changes how it is read. */
export type Kind = 'crash' | 'hang' | 'memory' | 'verdict' | 'fields' | 'chunking' | 'next packet'

/** What one stream has shown. */
export interface Symptom {
  readonly kind: Kind
  /** What tells it from others of its kind: a code of `DECODE_ERRORS`, a field, or a message without its numbers. */
  readonly about: string
  /** The clause of the standard, where one is concerned. */
  readonly rule: string | undefined
  readonly packetType: string | undefined
  readonly expected: string
  readonly happened: string
  /** Which packet of the stream shows it, counted from 0, and where that ends; 0 if it is none in particular. */
  readonly index: number
  readonly end: number
  /** Whether it takes the chunks to see it. */
  readonly needsCuts: boolean
  /** Whether the thread had to be given up: it hung, or died. */
  readonly isDeath: boolean
}

/** Findings with the same key are the same finding. */
export function keyOf({ kind, about, packetType = '' }: Symptom): string {
  return `${kind} ${about} ${packetType}`
}

/** Of a symptom that no packet in particular has to do with. */
export const NO_PACKET = {
  rule: undefined,
  packetType: undefined,
  index: 0,
  end: 0,
  needsCuts: false,
  isDeath: false,
} as const

/** A message without what differs from input to input. */
export function withoutNumbers(message: string): string {
  return message.replace(/0x[\da-f]+|\d+/gi, 'N')
}
