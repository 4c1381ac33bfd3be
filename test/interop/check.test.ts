import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { type CheckedRow, rowsFor } from '../../src/cli/check/rows.ts'
import { Broker } from '../../src/cli/target/broker.ts'
import { corpus } from '../vectors/corpus.ts'
import { aedes } from './peers/aedes.ts'
import { mosquitto } from './peers/mosquitto.ts'
import { describeWith, type Installation } from './peers/peer.ts'
import { rabbitmq } from './peers/rabbitmq.ts'
import { isForAll, isForBrokers, type Row } from './verdict.ts'

// `mqtt-wire check mqtt://…` gives the numbers of VERDICTS.md.

const PAGE = readFileSync(new URL('VERDICTS.md', import.meta.url), 'utf8')
/** RabbitMQ takes 7 to 50 seconds to bind a filter of 65,400 levels, once more than 90, and answers nobody else meanwhile. */
const PATIENCE_SECONDS = '240'

const valid: readonly Row[] = corpus.valid.filter((row) => isForBrokers(row) && isForAll(row))
const malformed: readonly Row[] = corpus.malformed.filter((row) => isForBrokers(row) && isForAll(row))

const PEERS: readonly { installation: Installation; rows: readonly Row[] }[] = [
  { installation: mosquitto, rows: [...valid, ...malformed] },
  { installation: aedes, rows: valid },
  { installation: rabbitmq, rows: valid },
]

/** The broker's part of the page; undefined if it is about another version. */
function partOf({ name, version }: Installation): string | undefined {
  const part = PAGE.split(/^(?=# )/m).find((text) => text.startsWith(`# ${name}'s verdicts\n`))
  return part?.includes(`${name} ${version()}.`) === true ? part : undefined
}

for (const { installation, rows } of PEERS)
  describeWith(installation, (peer) => {
    let checked: CheckedRow[]
    let broker: Broker
    const count = (isCounted: (row: CheckedRow['row'], verdict: string) => boolean): number =>
      checked.filter(({ row }, index) => isCounted(row, broker.verdicts[index] ?? '')).length

    beforeAll(async () => {
      const url = `mqtt://127.0.0.1:${peer().port}`
      broker = new Broker(url, { declared: {}, isRemoteAllowed: false, patience: PATIENCE_SECONDS })
      const own = new Set(rows.map(({ name }) => name))
      checked = rowsFor(await broker.start()).filter(
        ({ row }) => row.packets === undefined && own.has(row.name),
      )
      await broker.examine(checked, () => {})
      await broker.close()
    }, 480_000)

    test('check asks about the same rows', () => {
      expect(checked.map(({ row }) => row.name).sort()).toEqual(rows.map(({ name }) => name).sort())
    })

    test('check counts the same', () => {
      const part = partOf(installation)
      if (part === undefined) return // the page is about another version
      const all = /It accepts (\d+)\./.exec(part)
      if (all !== null) expect(count((_, verdict) => verdict === 'accepted')).toBe(Number(all[1]))
      for (const [, code, ...cells] of part.matchAll(
        /^\| `?([\w-]+)`? \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm,
      )) {
        const isOwn = (row: CheckedRow['row']): boolean => (row.code ?? 'valid') === code
        const counted = [
          count(isOwn),
          count((row, verdict) => isOwn(row) && verdict === 'closed'),
          count((row, verdict) => isOwn(row) && verdict.startsWith('refused')),
          count((row, verdict) => isOwn(row) && verdict === 'accepted'),
        ]
        expect(counted, code).toEqual(cells.map(Number))
      }
    })
  })
