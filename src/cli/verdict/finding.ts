// Findings.

/** `next packet` means that the bytes after a packet change how it is read. */
export type Kind =
  | 'crash'
  | 'hang'
  | 'memory'
  | 'verdict'
  | 'fields'
  | 'chunking'
  | 'next packet'
  | 'lost packets'

/** A fault that one stream showed. */
export interface Symptom {
  readonly kind: Kind
  /** Distinguishes the fault from others of its kind: a code of `DECODE_ERRORS`, a field, or a message without its numbers. */
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
  /** Whether the target hung or died. */
  readonly isDeath: boolean
  /** Whether the target asked for more bytes instead of giving a verdict. */
  readonly waits: boolean
  /** The permission, if the standard leaves it to the target. */
  readonly permission?: { readonly reason: string; readonly rule: string } | undefined
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
  waits: false,
} as const

/** The time limit for an input, in milliseconds. */
export const TIME_LIMIT = 1_000

type Death = Pick<Symptom, keyof typeof NO_PACKET>

export const DEATH: Death = { ...NO_PACKET, isDeath: true }

export function hang(limit: number): Symptom {
  return {
    ...DEATH,
    kind: 'hang',
    about: `no result within ${limit} ms`,
    expected: `a result within ${limit} ms`,
    happened: 'none; it was stopped',
  }
}

export const HANG: Symptom = hang(TIME_LIMIT)

export function crash(text: string): Symptom {
  const expected = 'packets, or a refusal'
  return { ...DEATH, kind: 'crash', about: text, expected, happened: `uncaught: ${text}` }
}

/** Replaces the numbers in a message, which differ from input to input. */
export function withoutNumbers(message: string): string {
  return message.replace(/0x[\da-f]+|\d+/gi, 'N')
}
