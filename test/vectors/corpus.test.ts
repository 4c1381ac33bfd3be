import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { DECODE_ERRORS, type DecodeErrorCode } from '../../src/index.ts'
import { corpus, serialized } from './corpus.ts'
import { IN_SCOPE, OUT_OF_SCOPE } from './statements.ts'
import { enforcedBy, REGENERATE, readme } from './table.ts'

// The corpus must be complete, consistent and committed. UPDATE_VECTORS=1 regenerates it, see REGENERATE.

const here = (path: string): URL => new URL(path, import.meta.url)
/** Every numbered statement in §1 to §4.8 of the standard, and what is needed to check it. */
const STATEMENTS = here('statements.tsv')
/** The same list from another source, which is not part of the repository. */
const OTHERS = here('../../../shared/statements.tsv')

type Run = [part: string, times: number]

const outOfScope = OUT_OF_SCOPE.flatMap(({ statements }) => statements)
const rows = [...corpus.valid, ...corpus.malformed, ...corpus.streams, ...corpus.headers]
const shown = new Set([
  ...rows.flatMap(({ rule, also = [] }) => [rule, ...also]),
  ...corpus.malformed.flatMap(({ further = [] }) => further.map(({ rule }) => rule)),
  ...corpus.streams.flatMap(({ error }) => (error === undefined ? [] : [error.rule])),
  ...corpus.matching.map(({ rule }) => rule),
])

/** The statements that a codec can check, or those that need the state of a session. */
function numbered(scope: 'codec' | 'session', file = STATEMENTS): string[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  const rows = lines.map((line) => line.split('\t'))
  expect(rows.filter(([, scope]) => scope !== 'codec' && scope !== 'session')).toEqual([])
  return rows.flatMap(([id = '', itsScope]) => (itsScope === scope ? [id] : [])).sort()
}

/** Compares the content with the committed file, or writes the file. */
function isCommitted(path: string, text: string): void {
  if (process.env.UPDATE_VECTORS === '1') writeFileSync(here(path), text)
  // Not toBe, which would print a difference of megabytes.
  expect(readFileSync(here(path), 'utf8') === text, `${path} is out of date: ${REGENERATE}`).toBe(true)
}

test('vectors.json is generated from the sections', () => isCommitted('vectors.json', serialized(corpus)))

test('README.md is generated from the corpus', () => isCommitted('README.md', readme(corpus)))

test('the corpus is valid for its schema', () => {
  const schema = JSON.parse(readFileSync(here('schema.json'), 'utf8'))
  const validate = new Ajv2020({ strictTypes: true }).compile(schema)
  validate(JSON.parse(serialized(corpus)))
  expect(validate.errors).toBeNull()
})

test('expanded large rows are equal to the original rows', () => {
  const spelledOut = JSON.parse(serialized(corpus), (_, value) =>
    value?.runs === undefined ? value : value.runs.map(([part, times]: Run) => part.repeat(times)).join(''),
  )
  for (const list of ['valid', 'malformed', 'streams'] as const) {
    const names = new Set(spelledOut.large[list].map(({ name }: { name: string }) => name))
    const own = corpus[list].filter(({ name }) => names.has(name))
    // Not toEqual, which would print a difference of megabytes.
    expect(JSON.stringify(spelledOut.large[list]) === JSON.stringify(own), list).toBe(true)
    expect(spelledOut[list].length + own.length).toBe(corpus[list].length)
  }
  expect(spelledOut.large.valid.length).toBeGreaterThan(5)
})

describe('requirements', () => {
  const reasonsOf = (rows: readonly { permission?: { reason: string } }[]): string[] =>
    [...new Set(rows.flatMap(({ permission }) => permission?.reason ?? []))].sort()

  test('a receiver may refuse a valid packet only for what the standard leaves to it', () => {
    expect(reasonsOf(corpus.valid)).toEqual([
      'control-characters',
      'empty-client-identifiers',
      'long-client-identifiers',
      'long-remaining-lengths',
      'non-characters',
      'unusual-client-identifiers',
    ])
  })

  test('a receiver may accept a malformed one for its protocol, or wait while it is incomplete', () => {
    expect(reasonsOf(corpus.malformed)).toEqual(['incomplete-packets', 'other-protocols'])
  })

  test('a receiver must follow its options', () => {
    const free = rows.filter(({ options, requirement }) => options !== undefined && requirement === 'may')
    expect(free.map(({ name }) => name)).toEqual([])
  })
})

test('there are more than 400 rows', () => {
  expect(rows.length + corpus.matching.length).toBeGreaterThan(400)
})

test.each(['valid', 'malformed', 'streams', 'headers'] as const)('names in %s are unique', (list) => {
  const names = corpus[list].map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

describe('statements', () => {
  test('none is both in and out of scope', () => {
    const all = [...IN_SCOPE, ...outOfScope]
    expect(all.filter((id, index) => all.indexOf(id) !== index)).toEqual([])
  })

  test('each one in scope is shown by a row', () => {
    expect(IN_SCOPE.filter((id) => !shown.has(id))).toEqual([])
  })

  test('each one in scope is enforced by a line of source', () => {
    expect(IN_SCOPE.filter((id) => enforcedBy(id).length === 0)).toEqual([])
  })

  test("each row's rule is a statement or section in scope", () => {
    const sections = /^§(1\.5|2|3|4\.7|4\.8)(\.\d+)*$/
    expect([...shown].filter((rule) => !sections.test(rule) && !IN_SCOPE.includes(rule))).toEqual([])
  })

  test('all numbered statements of the standard are in one of the two lists', () => {
    expect([...IN_SCOPE].sort()).toEqual(numbered('codec'))
    expect([...outOfScope].sort()).toEqual(numbered('session'))
  })

  test.runIf(existsSync(OTHERS))(
    'the other list is the same, except for one statement that it misses',
    () => {
      expect(numbered('codec', OTHERS)).toEqual(numbered('codec').filter((id) => id !== 'MQTT-4.3.1-1'))
      expect(numbered('session', OTHERS)).toEqual(numbered('session'))
    },
  )
})

describe('codes', () => {
  /** Codes that only occur in a stream, or only for a call. */
  const OF_PARSERS: DecodeErrorCode[] = ['unexpected-packet-type', 'packet-too-large']
  const OF_CALLS: DecodeErrorCode[] = ['incomplete-packet', 'trailing-bytes']
  const entries = Object.entries(DECODE_ERRORS).map(([code, { tolerable }]) => ({
    code: code as DecodeErrorCode,
    tolerable,
    rows: corpus.malformed.filter((row) => row.code === code),
  }))

  test.each(entries.filter(({ code }) => !OF_PARSERS.includes(code) && !OF_CALLS.includes(code)))(
    '$code has a row',
    ({ rows }) => expect(rows).not.toEqual([]),
  )

  test.each(OF_PARSERS)('%s has a stream', (code) => {
    expect(corpus.streams.filter(({ error }) => error?.code === code)).not.toEqual([])
  })

  test.each(entries.filter(({ tolerable }) => tolerable))(
    '$code has a row with only this violation, and the tolerated packet',
    ({ rows }) => {
      expect(rows.some(({ further, tolerated }) => further === undefined && tolerated !== undefined)).toBe(
        true,
      )
    },
  )

  test.each(entries.filter(({ tolerable }) => !tolerable))(
    '$code is not tolerated in any row',
    ({ rows }) => {
      expect(rows.filter(({ tolerated }) => tolerated !== undefined)).toEqual([])
    },
  )
})
