// §1.5.3: every text field must be well-formed UTF-8 without U+0000.

import { type Code, malformed, type Section, valid } from './rows.ts'
import { TEXT_FIELDS } from './text-fields.ts'
import type { MalformedVector } from './vectors.d.cts'

const REPLACEMENT = '\uFFFD'

/** Ill-formed bytes between text, and the number of U+FFFD that replace them if they are tolerated. */
// biome-ignore format: one row per class
const ILL_FORMED_BYTES: readonly (readonly [
  name: string, before: string, hex: string, replacements: number, after: string,
])[] = [
  ['an overlong form of two bytes', 'x', 'c0af', 2, 'y'],
  ['the last overlong form of two bytes', 'x', 'c1bf', 2, 'y'],
  ['U+0000 in two bytes', 'x', 'c080', 2, 'y'],
  ['the first overlong form of three bytes', 'x', 'e08080', 3, 'y'],
  ['the last overlong form of three bytes', 'x', 'e09fbf', 3, 'y'],
  ['the first overlong form of four bytes', 'x', 'f0808080', 4, 'y'],
  ['the last overlong form of four bytes', 'x', 'f08fbfbf', 4, 'y'],
  ['U+D800, the first high surrogate', 'x', 'eda080', 3, 'y'],
  ['U+DBFF, the last high surrogate', 'x', 'edafbf', 3, 'y'],
  ['U+DC00, the first low surrogate', 'x', 'edb080', 3, 'y'],
  ['U+DFFF, the last low surrogate', 'x', 'edbfbf', 3, 'y'],
  ['a pair of surrogates', 'x', 'eda0bdedb880', 6, 'y'],
  ['U+110000, beyond the last', 'x', 'f4908080', 4, 'y'],
  ['the lead byte f5', 'x', 'f5808080', 4, 'y'],
  ['a sequence of five bytes', 'x', 'f888808080', 5, 'y'],
  ['the byte fe', 'x', 'fe', 1, 'y'],
  ['the byte ff', 'x', 'ff', 1, 'y'],
  ['the first stray continuation', 'x', '80', 1, 'y'],
  ['the last stray continuation', 'x', 'bf', 1, 'y'],
  ['a continuation too many', 'xé', 'a9', 1, 'y'],
  ['two bytes cut off by the end', 'x', 'c3', 1, ''],
  ['three bytes cut off after one by the end', 'x', 'e2', 1, ''],
  ['three bytes cut off after two by the end', 'x', 'e282', 1, ''],
  ['four bytes cut off after one by the end', 'x', 'f0', 1, ''],
  ['four bytes cut off after two by the end', 'x', 'f09f', 1, ''],
  ['four bytes cut off after three by the end', 'x', 'f09f98', 1, ''],
  ['two bytes cut off by a letter', 'x', 'c3', 1, 'y'],
  ['three bytes cut off by a letter', 'x', 'e282', 1, 'y'],
  ['four bytes cut off by a letter', 'x', 'f09f98', 1, 'y'],
]

const ILL_FORMED = ILL_FORMED_BYTES.map(([name, before, hex, replacements, after]) => ({
  name,
  content: `'${before}' ^ ${hex} '${after}'`,
  text: before + REPLACEMENT.repeat(replacements) + after,
}))

const NULLS: readonly { readonly name: string; readonly content: string; readonly text: string }[] = [
  { name: 'U+0000 first', content: "^ 00 'xyz'", text: '\0xyz' },
  { name: 'U+0000 in the middle', content: "'x' ^ 00 'y'", text: 'x\0y' },
  { name: 'U+0000 last', content: "'größe' ^ 00", text: 'größe\0' },
  { name: 'only U+0000', content: '^ 00', text: '\0' },
]

/** Every boundary of UTF-8, and characters that the standard only advises against. */
const SOUND: readonly (readonly [name: string, text: string, rule: string])[] = [
  ['U+FEFF first', '\uFEFFx', 'MQTT-1.5.3-3'],
  ['U+FEFF in the middle', 'x\uFEFFy', 'MQTT-1.5.3-3'],
  ['U+FEFF last', 'x\uFEFF', 'MQTT-1.5.3-3'],
  ['only U+FEFF', '\uFEFF', 'MQTT-1.5.3-3'],
  ['U+FEFF twice', '\uFEFF\uFEFFx', 'MQTT-1.5.3-3'],
  ['U+0001 and U+007F, the first and last of one byte', '\u0001\u007F', '§1.5.3'],
  ['U+0080 and U+07FF, the first and last of two bytes', '\u0080\u07FF', 'MQTT-1.5.3-1'],
  ['U+0800 and U+FFFF, the first and last of three bytes', '\u0800\uFFFF', 'MQTT-1.5.3-1'],
  ['U+10000 and U+10FFFF, the first and last of four bytes', '\u{10000}\u{10FFFF}', 'MQTT-1.5.3-1'],
  ['U+D7FF and U+E000, around the surrogates', '\uD7FF\uE000', 'MQTT-1.5.3-1'],
  ['U+FFFD itself', 'x\uFFFDy', 'MQTT-1.5.3-1'],
  ['control characters', '\u0002\u0009\u000A\u001F\u009F', '§1.5.3'],
  ['non-characters', '\uFDD0\uFDEF\uFFFE\u{1FFFE}', '§1.5.3'],
  ['an é of two characters', 'e\u0301', 'MQTT-1.5.3-1'],
  ['four scripts', 'größe/Ω/温度/😀', 'MQTT-1.5.3-1'],
]

const protocolName = (name: string, content: string, code: Code): MalformedVector =>
  malformed(
    `CONNECT Protocol Name: ${name}`,
    `10 (^^ [${content}] 04 02 003c ['c'])`,
    [code, 'Protocol Name'],
    { further: [['unknown-protocol-name', 'Protocol Name']] },
  )

export const utf8: Section = {
  valid: TEXT_FIELDS.flatMap(({ packetType, field, rule: also, around, packet }) =>
    SOUND.map(([name, text, rule]) =>
      valid(`${packetType} ${field}: ${name}`, around(`'${text}'`), packet(text), rule, { also: [also] }),
    ),
  ),
  malformed: [
    ...TEXT_FIELDS.flatMap(({ packetType, field, rule: also, around, packet }) =>
      ILL_FORMED.map(({ name, content, text }) =>
        malformed(`${packetType} ${field}: ${name}`, around(content), ['ill-formed-utf8', field], {
          also: [also],
          tolerated: packet(text),
        }),
      ),
    ),
    ...TEXT_FIELDS.flatMap(({ packetType, field, rule: also, noNull = [], around, packet }) =>
      NULLS.map(({ name, content, text }) =>
        malformed(`${packetType} ${field}: ${name}`, around(content), ['null-character', field], {
          also: [also, ...noNull],
          tolerated: packet(text),
        }),
      ),
    ),
    // A protocol name that is ill-formed is also an unknown name.
    ...ILL_FORMED.map(({ name, content }) => protocolName(name, content, 'ill-formed-utf8')),
    ...NULLS.map(({ name, content }) => protocolName(name, content, 'null-character')),
    ...TEXT_FIELDS.map(({ packetType, field, around, packet }) =>
      malformed(
        `${packetType} ${field}: U+0000 before ill-formed UTF-8`,
        around('^ 00 ^^ ff'),
        ['null-character', field],
        { further: [['ill-formed-utf8', field]], tolerated: packet(`\0${REPLACEMENT}`) },
      ),
    ),
    ...TEXT_FIELDS.map(({ packetType, field, around, packet }) =>
      malformed(
        `${packetType} ${field}: ill-formed UTF-8 before U+0000`,
        around('^ ff ^^ 00'),
        ['ill-formed-utf8', field],
        { further: [['null-character', field]], tolerated: packet(`${REPLACEMENT}\0`) },
      ),
    ),
    malformed(
      'CONNECT Protocol Name: U+FEFF before the name is part of it',
      `10 (^ ['\uFEFFMQTT'] 04 02 003c ['c'])`,
      ['unknown-protocol-name', 'Protocol Name'],
      { also: ['MQTT-1.5.3-3'] },
    ),
  ],
}
