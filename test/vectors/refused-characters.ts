// §1.5.3: characters that a receiver may refuse.

import { malformed, publish, type Section, valid } from './rows.ts'
import { START } from './text-fields.ts'

const refuse = { refuse: ['control-characters' as const, 'non-characters' as const] }

const CONTROLS = [0x01, 0x1f, 0x7f, 0x80, 0x9f]
const NON_CHARACTERS = [0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1fffe, 0x10ffff]
const NEIGHBOURS = [0x20, 0x7e, 0xa0, 0xfdcf, 0xfdf0, 0xfffd, 0x10000, 0x10fffd]

const name = (codePoint: number): string => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`

// biome-ignore format: one row a character
export const refusedCharacters: Section = {
  valid: NEIGHBOURS.map((codePoint) => {
    const text = String.fromCodePoint(codePoint)
    return valid(`PUBLISH Topic Name: ${name(codePoint)}, to a receiver that refuses its neighbours`, `30 (['x${text}'])`, publish({ topic: `x${text}`, payload: '' }), '§1.5.3', { options: refuse })
  }),
  malformed: [...CONTROLS, ...NON_CHARACTERS].flatMap((codePoint) => {
    const text = String.fromCodePoint(codePoint)
    const code = CONTROLS.includes(codePoint) ? 'control-character' : 'non-character'
    return [
      malformed(`PUBLISH Topic Name: ${name(codePoint)}, refused`, `30 (['x' ^ '${text}'])`, [code, 'Topic Name'], { options: refuse }),
      malformed(`CONNECT Client Identifier: ${name(codePoint)}, refused`, `10 (${START} 02 003c ['x' ^ '${text}'])`, [code, 'Client Identifier'], { options: refuse }),
      malformed(`SUBSCRIBE Topic Filter: ${name(codePoint)}, refused`, `82 (0007 ['+/' ^ '${text}'] 00)`, [code, 'Topic Filter'], { options: refuse }),
    ]
  }),
}
