import { expect, test } from 'vitest'
import { describeWith } from '../../test/interop/peers/peer.ts'
import { agrees, isForAll, isForBrokers, type Row, verdictsOn } from '../../test/interop/verdict.ts'
import { corpus } from '../../test/vectors/corpus.ts'
import { exampleBroker } from './peer.ts'

// Every packet of the conformance corpus that a client can send, and what the broker makes of it.

const rows: readonly Row[] = [...corpus.malformed, ...corpus.valid].filter(
  (row) => isForBrokers(row) && isForAll(row),
)

/** A CONNECT of more than 16 KiB, and more levels than 128. */
const BEYOND_OUR_LIMITS = [
  'CONNECT Client Identifier: 65,535 bytes: closed',
  'CONNECT Will Topic: 65,535 bytes: closed',
  'CONNECT Will Message: 65,535 bytes: closed',
  'CONNECT User Name: 65,535 bytes: closed',
  'CONNECT Password: 65,535 bytes: closed',
  'a filter of 65,400 separators: closed',
]

describeWith(exampleBroker, (peer) => {
  test('what is valid is accepted, what is not is refused with its return code or closed', async () => {
    const verdicts = await verdictsOn(rows, peer().port)
    const differing = rows.filter((row) => !agrees(row, verdicts.get(row)))
    expect(differing.map((row) => `${row.name}: ${verdicts.get(row)}`)).toEqual(BEYOND_OUR_LIMITS)
    expect(rows.length).toBeGreaterThan(500)
  })
})
