import { expect, test } from 'vitest'
import { describeWith } from '../../test/interop/peers/peer.ts'
import { agrees, isForAll, isForBrokers, type Row, verdictsOn } from '../../test/interop/verdict.ts'
import { corpus } from '../../test/vectors/corpus.ts'
import { exampleBroker } from './peer.ts'

// Sends the broker every packet of the conformance corpus that a client can send.

const rows: readonly Row[] = [...corpus.malformed, ...corpus.valid].filter(
  (row) => isForBrokers(row) && isForAll(row),
)

/** CONNECTs of more than 16 KiB, and a filter of more than 128 levels. */
const BEYOND_OUR_LIMITS = [
  'CONNECT Client Identifier: 65,535 bytes: closed',
  'CONNECT Will Topic: 65,535 bytes: closed',
  'CONNECT Will Message: 65,535 bytes: closed',
  'CONNECT User Name: 65,535 bytes: closed',
  'CONNECT Password: 65,535 bytes: closed',
  'a filter of 65,400 separators: closed',
]

describeWith(exampleBroker, (peer) => {
  test('valid packets are accepted; malformed ones get their return code, or the connection is closed', async () => {
    const verdicts = await verdictsOn(rows, peer().port)
    const differing = rows.filter((row) => !agrees(row, verdicts.get(row)))
    expect(differing.map((row) => `${row.name}: ${verdicts.get(row)}`)).toEqual(BEYOND_OUR_LIMITS)
    expect(rows.length).toBeGreaterThan(500)
  })
})
