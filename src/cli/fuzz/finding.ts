// Findings.

/** `next packet` means that the bytes after a packet change how it is read. */
export type Kind = 'crash' | 'hang' | 'memory' | 'verdict' | 'fields' | 'chunking' | 'next packet'

/** A fault that one stream has shown. */
export interface Symptom {
  readonly kind: Kind
  /** Distinguishes it from others of its kind: a code of `DECODE_ERRORS`, a field, or a message without its numbers. */
  readonly about: string
  /** The clause of the standard, if one applies. */
  readonly rule: string | undefined
  readonly packetType: string | undefined
  readonly expected: string
  readonly happened: string
  /** The index of the packet that shows it, and the offset at which that packet ends; 0 if no single packet does. */
  readonly index: number
  readonly end: number
  /** Whether it only appears with these chunks. */
  readonly needsCuts: boolean
  /** Whether the thread hung or died. */
  readonly isDeath: boolean
}

/** Findings with the same key are the same finding. */
export function keyOf({ kind, about, packetType = '' }: Symptom): string {
  return `${kind} ${about} ${packetType}`
}

/** The properties of a symptom that is not about a single packet. */
export const NO_PACKET = {
  rule: undefined,
  packetType: undefined,
  index: 0,
  end: 0,
  needsCuts: false,
  isDeath: false,
} as const

/** Replaces the numbers in a message, which differ from input to input. */
export function withoutNumbers(message: string): string {
  return message.replace(/0x[\da-f]+|\d+/gi, 'N')
}
