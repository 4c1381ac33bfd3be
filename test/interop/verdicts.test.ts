import { beforeAll, describe, expect, test } from 'vitest'
import { PacketParser, presets } from '../../src/index.ts'
import { refusal } from '../support/malformed.ts'
import { corpus } from '../vectors/corpus.ts'
import { explaining, MOSQUITTO, MOSQUITTO_PRESET } from './differences.ts'
import { mosquitto } from './peers/mosquitto.ts'
import { describeWith } from './peers/peer.ts'
import { agrees, isForAll, isForBrokers, type Row, streamOf, type Verdict, verdictsOn } from './verdict.ts'
import { expectCommitted, onEveryRow } from './verdicts-page.ts'

// Compares mosquitto's verdict with ours for every row that a client can send.

/** mosquitto continues with the rules of MQTT 5. */
const MQTT_5 = 5

const sent: readonly Row[] = [...corpus.malformed, ...corpus.valid].filter(isForBrokers)
/** The rows that apply to every receiver, so that our default decoder and mosquitto can be compared. */
const rows = sent.filter(isForAll)
const reasonsFor = (row: Row) => explaining(MOSQUITTO, row)

describeWith(mosquitto, (peer) => {
  let verdicts: Map<Row, Verdict>
  /** The rows on which mosquitto and mqtt-wire disagree. */
  let differing: Row[]
  const accepts = (row: Row): boolean => verdicts.get(row) === 'accepted'

  beforeAll(async () => {
    verdicts = await verdictsOn(sent, peer().port)
    differing = rows.filter((row) => !agrees(row, verdicts.get(row)))
  })

  test('it answers, or closes', () => {
    expect([...verdicts].filter(([, verdict]) => verdict === 'silent').map(([{ name }]) => name)).toEqual([])
  })

  test('each difference is explained by a clause, once', () => {
    expect(differing.filter((row) => reasonsFor(row).length !== 1).map(({ name }) => name)).toEqual([])
  })

  test.each(MOSQUITTO)('still true: $what', (difference) => {
    expect(differing.some((row) => reasonsFor(row).includes(difference))).toBe(true)
  })

  test('where the standard asks for an answer, both give the same', () => {
    const answered = rows.flatMap((row) =>
      'code' in row && row.action !== 'close' && row.found !== MQTT_5 && !accepts(row)
        ? [{ ...row, verdict: verdicts.get(row) }]
        : [],
    )
    expect(answered.length).toBeGreaterThan(5)
    for (const { action, verdict, name } of answered) {
      expect(verdict, name).toBe(`refused, return code ${(action as { connack: number }).connack}`)
    }
  })

  describe('presets.mosquitto2', () => {
    const accepted = (row: Row): boolean => {
      const parser = new PacketParser({ role: 'server', ...presets.mosquitto2 })
      return refusal(() => void [...parser.push(streamOf(row, 'c'))]) === undefined
    }
    let others: Row[]

    beforeAll(() => {
      others = sent.filter((row) => accepted(row) !== accepts(row))
    })

    test('accepts and refuses what mosquitto does, except for the listed differences', () => {
      const unlisted = others.filter((row) => explaining(MOSQUITTO_PRESET, row).length === 0)
      expect(unlisted.map(({ name }) => name)).toEqual([])
    })

    test.each(MOSQUITTO_PRESET)('still true: $what', (difference) => {
      expect(others.some((row) => explaining(MOSQUITTO_PRESET, row).includes(difference))).toBe(true)
    })
  })

  test('VERDICTS.md is up to date', () => {
    expectCommitted(mosquitto, onEveryRow(mosquitto.version(), verdicts, new Set(rows)))
  })
})
