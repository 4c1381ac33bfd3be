// §2.2.3: one to four bytes, seven bits per byte, the least significant first.

import { byteCount, headerRequirement, malformed, publish, type Section, stream, valid } from './rows.ts'
import type { HeaderVector } from './vectors.d.cts'

const RULE = '§2.2.3'

/** The minimum and maximum for each length of the field. */
const SHORTEST: readonly (readonly [remainingLength: number, hex: string])[] = [
  [2, '02'],
  [3, '03'],
  [127, '7f'],
  [128, '8001'],
  [16_383, 'ff7f'],
  [16_384, '808001'],
  [2_097_151, 'ffff7f'],
  [2_097_152, '80808001'],
  [268_435_455, 'ffffff7f'],
]

/** Forms that are longer than necessary. MQTT 5 forbids them, but no rule of 3.1.1 does. */
const LONGER: readonly (readonly [remainingLength: number, hex: string])[] = [
  [2, '8200'],
  [2, '828000'],
  [2, '82808000'],
  [3, '8300'],
  [127, 'ff00'],
  [127, 'ff8000'],
  [127, 'ff808000'],
  [128, '808100'],
  [16_383, 'ffff00'],
  [2_097_151, 'ffffff00'],
]

const header = (
  remainingLength: number,
  hex: string,
  firstByte: string,
  packetType: string,
): HeaderVector => ({
  name: `${packetType.toUpperCase()}: Remaining Length ${remainingLength.toLocaleString('en')} in ${byteCount(hex.length / 2)}`,
  hex: firstByte + hex,
  packetType,
  flags: Number.parseInt(firstByte, 16) & 15,
  remainingLength,
  length: 1 + hex.length / 2,
  rule: RULE,
  ...headerRequirement(firstByte + hex),
})

/** A PUBLISH whose payload gives it this Remaining Length. */
const filled = (remainingLength: number): ReturnType<typeof valid> =>
  valid(
    `PUBLISH: Remaining Length ${remainingLength.toLocaleString('en')}`,
    `30 (['a'] 61*${remainingLength - 3})`,
    publish({ topic: 'a', payload: '61'.repeat(remainingLength - 3) }),
    RULE,
  )

export const remainingLength: Section = {
  headers: [
    header(0, '00', 'c0', 'pingreq'),
    header(2, '02', '40', 'puback'),
    ...SHORTEST.flatMap(([value, hex]) => [
      header(value, hex, '30', 'publish'),
      header(value, hex, '82', 'subscribe'),
    ]),
    ...['8000', '808000', '80808000'].map((hex) => ({
      ...header(0, hex, 'c0', 'pingreq'),
      readOnly: true as const,
    })),
    ...LONGER.map(([value, hex]) => ({ ...header(value, hex, '30', 'publish'), readOnly: true as const })),
  ],
  valid: [
    ...[3, 126, 127, 128, 129, 16_383, 16_384].map(filled),
    ...[1, 2, 3].map((zeros) =>
      valid(
        `PINGREQ: Remaining Length 0 in ${zeros + 1} bytes`,
        `c0 80*${zeros} 00`,
        { type: 'pingreq' },
        RULE,
        { readOnly: true },
      ),
    ),
    ...[1, 2, 3].map((zeros) =>
      valid(
        `PUBACK: Remaining Length 2 in ${zeros + 1} bytes`,
        `40 82 80*${zeros - 1} 00 0007`,
        { type: 'puback', packetId: 7 },
        RULE,
        { readOnly: true },
      ),
    ),
    valid(
      'PUBLISH: Remaining Length 9 in 2 bytes',
      "30 8900 ['a/b'] 'high'",
      publish({ payload: '68696768' }),
      RULE,
      {
        readOnly: true,
      },
    ),
  ],
  malformed: [
    ...(
      [
        ['the shortest value in five bytes', '808080 ^ 80 00'],
        ['268,435,456, one above the largest', '808080 ^ 80 01'],
        ['the largest value of five bytes', 'ffffff ^ ff 7f'],
        ['six bytes', 'ffffff ^ ff ff 0f'],
        ['four bytes that continue, and no fifth', '808080 ^ 80'],
      ] as const
    ).flatMap(([name, length]) =>
      (['10', '30', '40', '82', 'c0', 'e0'] as const).map((first) =>
        malformed(`${first}, Remaining Length: ${name}`, `${first} ${length}`, [
          'remaining-length-too-long',
          'Remaining Length',
        ]),
      ),
    ),
  ],
  streams: [
    stream('a fixed header of one byte', '30', [], RULE, { incomplete: 1 }),
    ...(['80', '8080', '808080', 'ff', 'ffff', 'ffffff'] as const).map((length) =>
      stream(`a Remaining Length that continues after ${length}`, `30 ${length}`, [], RULE, {
        incomplete: 1 + length.length / 2,
      }),
    ),
    ...SHORTEST.map(([value, hex]) =>
      stream(`a header that announces ${value.toLocaleString('en')} bytes`, `30 ${hex}`, [], RULE, {
        incomplete: 1 + hex.length / 2,
      }),
    ),
  ],
}
