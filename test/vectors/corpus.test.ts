import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { DECODE_ERRORS, type DecodeErrorCode } from '../../src/index.ts'
import { corpus, serialised } from './corpus.ts'
import { IN_SCOPE, OUT_OF_SCOPE } from './statements.ts'
import { enforcedBy, REGENERATE, readme } from './table.ts'

// The corpus itself: complete, consistent, and as committed. UPDATE_VECTORS=1 writes it anew, see REGENERATE.

const here = (path: string): URL => new URL(path, import.meta.url)
/** Every statement that the standard numbers in §1 to §4.8, and what it takes to judge it. */
const STATEMENTS = here('statements.tsv')
/** The same, made by others; it does not come with the repository. */
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

/** The statements of which bytes alone show a breach, or for which a session has to be known. */
function numbered(scope: 'codec' | 'session', file = STATEMENTS): string[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  const rows = lines.map((line) => line.split('\t'))
  expect(rows.filter(([, scope]) => scope !== 'codec' && scope !== 'session')).toEqual([])
  return rows.flatMap(([id = '', itsScope]) => (itsScope === scope ? [id] : [])).sort()
}

/** Compares with what is committed, or writes it. */
function isCommitted(path: string, text: string): void {
  if (process.env.UPDATE_VECTORS === '1') writeFileSync(here(path), text)
  // Not toBe: a difference of megabytes is not to be printed.
  expect(readFileSync(here(path), 'utf8') === text, `${path} is out of date: ${REGENERATE}`).toBe(true)
}

test('vectors.json is what the sections say', () => isCommitted('vectors.json', serialised(corpus)))

test('README.md is made from the corpus', () => isCommitted('README.md', readme(corpus)))

test('the corpus obeys its schema', () => {
  const schema = JSON.parse(readFileSync(here('schema.json'), 'utf8'))
  const validate = new Ajv2020({ strictTypes: true }).compile(schema)
  validate(JSON.parse(serialised(corpus)))
  expect(validate.errors).toBeNull()
})

test('large rows, spelled out, are the rows that they stand for', () => {
  const spelledOut = JSON.parse(serialised(corpus), (_, value) =>
    value?.runs === undefined ? value : value.runs.map(([part, times]: Run) => part.repeat(times)).join(''),
  )
  for (const list of ['valid', 'malformed', 'streams'] as const) {
    const names = new Set(spelledOut.large[list].map(({ name }: { name: string }) => name))
    const own = corpus[list].filter(({ name }) => names.has(name))
    // Not toEqual: a difference of megabytes is not to be printed.
    expect(JSON.stringify(spelledOut.large[list]) === JSON.stringify(own), list).toBe(true)
    expect(spelledOut[list].length + own.length).toBe(corpus[list].length)
  }
  expect(spelledOut.large.valid.length).toBeGreaterThan(5)
})

describe('requirements', () => {
  const reasonsOf = (rows: readonly { permission?: { reason: string } }[]): string[] =>
    [...new Set(rows.flatMap(({ permission }) => permission?.reason ?? []))].sort()

  test('a valid packet may be refused for what the standard leaves to the receiver', () => {
    expect(reasonsOf(corpus.valid)).toEqual([
      'control-characters',
      'empty-client-identifiers',
      'long-client-identifiers',
      'long-remaining-lengths',
      'non-characters',
      'unusual-client-identifiers',
    ])
  })

  test('a malformed one may be accepted for its protocol, and waited for while it is not whole', () => {
    expect(reasonsOf(corpus.malformed)).toEqual(['incomplete-packets', 'other-protocols'])
  })

  test('who has been set to options is bound by them', () => {
    const free = rows.filter(({ options, requirement }) => options !== undefined && requirement === 'may')
    expect(free.map(({ name }) => name)).toEqual([])
  })
})

test('there are 400 rows, and more', () => {
  expect(rows.length + corpus.matching.length).toBeGreaterThan(400)
})

test.each(['valid', 'malformed', 'streams', 'headers'] as const)(
  'each of %s has a name of its own',
  (list) => {
    const names = corpus[list].map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  },
)

describe('statements', () => {
  test('none is in and out of scope', () => {
    const all = [...IN_SCOPE, ...outOfScope]
    expect(all.filter((id, index) => all.indexOf(id) !== index)).toEqual([])
  })

  test('each that is in scope is shown by a row', () => {
    expect(IN_SCOPE.filter((id) => !shown.has(id))).toEqual([])
  })

  test('each that is in scope is enforced by a line of source', () => {
    expect(IN_SCOPE.filter((id) => enforcedBy(id).length === 0)).toEqual([])
  })

  test("each row's rule is a statement that is in scope, or a section that is", () => {
    const sections = /^§(1\.5|2|3|4\.7|4\.8)(\.\d+)*$/
    expect([...shown].filter((rule) => !sections.test(rule) && !IN_SCOPE.includes(rule))).toEqual([])
  })

  test('all that the standard numbers is in one of the two lists', () => {
    expect([...IN_SCOPE].sort()).toEqual(numbered('codec'))
    expect([...outOfScope].sort()).toEqual(numbered('session'))
  })

  test.runIf(existsSync(OTHERS))('others count the same, but for one that they have overlooked', () => {
    expect(numbered('codec', OTHERS)).toEqual(numbered('codec').filter((id) => id !== 'MQTT-4.3.1-1'))
    expect(numbered('session', OTHERS)).toEqual(numbered('session'))
  })
})

describe('codes', () => {
  /** Those that only a stream, or only a call, can break. */
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
    '$code has a row that shows it let pass, and nothing else',
    ({ rows }) => {
      expect(rows.some(({ further, tolerated }) => further === undefined && tolerated !== undefined)).toBe(
        true,
      )
    },
  )

  test.each(entries.filter(({ tolerable }) => !tolerable))('$code is let pass in no row', ({ rows }) => {
    expect(rows.filter(({ tolerated }) => tolerated !== undefined)).toEqual([])
  })
})
