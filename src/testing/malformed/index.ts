// All violations, and arbitraries of malformed packets.

import type { DecodeErrorCode } from '../../error-rules.ts'
import { packetIdentifier } from '../arbitraries/packets.ts'
import { shortText } from '../arbitraries/text.ts'
import { shortTopicName } from '../arbitraries/topic.ts'
import { type Arbitrary, type Combinators, record } from '../combinators.ts'
import { CONNECTION } from './connection.ts'
import { FIELDS } from './fields.ts'
import { FRAMING } from './framing.ts'
import { SUBSCRIPTIONS } from './subscriptions.ts'
import type { Ingredients, Malformed, Violation } from './violation.ts'

const VIOLATIONS: readonly Violation[] = [...FRAMING, ...FIELDS, ...CONNECTION, ...SUBSCRIPTIONS]

/** Malformed packets for every code, or for one. */
export function malformed(fc: Combinators, code?: DecodeErrorCode): Arbitrary<Malformed> {
  const violations = VIOLATIONS.filter((violation) => code === undefined || violation.code === code)
  if (violations.length === 0) throw new TypeError(`unknown code ${String(code)}`)
  return fc.tuple(fc.constantFrom(...violations), ingredients(fc)).map(([{ make }, of]) => make(of))
}

function ingredients(fc: Combinators): Arbitrary<Ingredients> {
  return record(fc, {
    packetId: packetIdentifier(fc),
    qos: fc.constantFrom(1, 2),
    topic: shortTopicName(fc),
    text: shortText(fc),
    payload: fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Uint8Array.from(bytes)),
    way: fc.integer({ min: 0, max: 0xff }),
    turn: fc.integer({ min: 0, max: 0xffff }),
  })
}
