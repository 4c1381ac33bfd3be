// Every way to break a rule, and arbitraries of them.

import type { DecodeErrorCode } from '../../errors.ts'
import { packetIdentifier } from '../arbitraries/packets.ts'
import { shortText } from '../arbitraries/text.ts'
import { shortTopicName } from '../arbitraries/topic.ts'
import { type Arbitrary, type Combinators, record } from '../combinators.ts'
import type { Breach, Ingredients, Malformed } from './breach.ts'
import { CONNECTION } from './connection.ts'
import { FIELDS } from './fields.ts'
import { FRAMING } from './framing.ts'
import { SUBSCRIPTIONS } from './subscriptions.ts'

const BREACHES: readonly Breach[] = [...FRAMING, ...FIELDS, ...CONNECTION, ...SUBSCRIPTIONS]

/** Malformed packets of every code, or of one. */
export function malformed(fc: Combinators, code?: DecodeErrorCode): Arbitrary<Malformed> {
  const breaches = BREACHES.filter((breach) => code === undefined || breach.code === code)
  if (breaches.length === 0) throw new TypeError(`there is no code ${String(code)}`)
  return fc.tuple(fc.constantFrom(...breaches), ingredients(fc)).map(([{ make }, of]) => make(of))
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
