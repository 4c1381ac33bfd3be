import { MappingError } from './mapping-error.ts'

/** The maximum length of a short string of AMQP 0-9-1 (§4.2.5.3), in bytes. */
const LONGEST_NAME = 255

/** Reports or throws the loss if the name does not fit in a short string. */
export function checkNameLength(field: string, name: string, onLoss?: (loss: MappingError) => void): void {
  const found = utf8Length(name)
  if (found <= LONGEST_NAME) return
  const loss = new MappingError('name-too-long', { field, found })
  if (onLoss === undefined) throw loss
  onLoss(loss)
}

/** The length of well-formed text in UTF-8 bytes. */
function utf8Length(text: string): number {
  let length = 0
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    length += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4
  }
  return length
}
