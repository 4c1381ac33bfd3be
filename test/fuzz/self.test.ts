// Fuzzing our decoder must find nothing, and must find faults that are added on purpose.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPY = mkdtempSync(join(tmpdir(), 'mqtt-wire-self-'))
beforeAll(() => {
  for (const part of ['package.json', 'dist', 'test/fuzz'])
    cpSync(join(ROOT, part), join(COPY, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'), 'junction')
})
afterAll(() => rmSync(COPY, { recursive: true }))

function self(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/fuzz/self.mjs', ...args], {
    cwd,
    encoding: 'utf8',
  })
  return { status, stderr, lines: stdout.trimEnd().split('\n') }
}

/** Removes what depends on the machine. */
const untimed = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/ in .*\/s\)/, ''))

test('nothing is found in the decoder, and the same seed gives the same run', () => {
  const once = self(ROOT, '--seed', '5', '--runs', '40000')
  expect(once).toMatchObject({ status: 0, stderr: '' })
  expect(untimed(once.lines)).toEqual([
    'seed 5',
    '40,000 executions, no finding',
    expect.stringMatching(/^corpus \d{3}, branches and functions reached \d{3} of \d{4}$/),
  ])
  expect(untimed(self(ROOT, '--seed', '5', '--runs', '40000').lines)).toEqual(untimed(once.lines))
})

// biome-ignore format: one row per break
test.each([
  ['fixed-header.js', 'reader.end = end', 'reader.end = length', 'the packets do not depend on the chunks'],
  ['framing.js', 'this.pushedLength += length', 'this.pushedLength = length', 'does not depend on the chunks|bufferedLength'],
  ['piece-parser.js', 'this.remaining -= length', 'this.remaining -= length - 1', 'pieces|remaining'],
  ['piece-parser.js', 'Math.min(this.remaining, reader.length - reader.next)', 'reader.length - reader.next', 'pieces|remaining'],
  ['wire/reader.js', 'this.end = start + size', 'this.end = this.length', 'bufferedLength'],
  ['wire/reader.js', 'if (end > this.end)', 'if (end > this.length)', 'the error does not depend on the chunks'],
  ['wire/reader.js', 'offset = at - start', 'offset = at', 'do not depend on the chunks'],
  ['wire/assembly.js', 'const GROWTH = 8', 'const GROWTH = 4_096', 'memory grows with the bytes'],
  ['wire/utf8.js', 'lead === 0xed ? 0x9f', 'lead === 0xed ? 0xbf', 'encodes to the bytes'],
  ['decode.js', 'if (reader.position !== reader.end)', 'if (reader.position > reader.end)', 'encodes to the bytes'],
  ['packets/connack.js', 'if (isReserved(returnCode))', 'if (returnCode > 6)', 'is encoded'],
] as const)('a break in %s is found: %s', (file, correct, broken, invariant) => {
  const path = join(COPY, 'dist', file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(correct)
  writeFileSync(path, text.replace(correct, broken))
  const { status, lines } = self(COPY, '--seed', '5', '--runs', '400000')
  writeFileSync(path, text)
  expect(status).toBe(1)
  expect(lines.join('\n')).toMatch(new RegExp(`^seed 5\n\nBROKEN: .*(${invariant})`))
  expect(lines.at(-1)).toMatch(/^ {2}minimized {2}[\da-f]+, cut at \[/)
})

test('an input that makes the decoder loop is found', () => {
  const path = join(COPY, 'dist/packets/connack.js')
  const text = readFileSync(path, 'utf8')
  const condition = 'if (isReserved(returnCode))'
  expect(text).toContain(condition)
  writeFileSync(path, text.replace(condition, condition.replace('if', 'while'))) // an endless loop if the code is tolerated
  const { status, lines } = self(COPY, '--seed', '5', '--runs', '400000')
  writeFileSync(path, text)
  expect(status).toBe(1)
  expect(lines.join('\n')).toMatch(
    /^seed 5\n\nBROKEN: every input ends\n {2}seed 5, configuration tolerant\n {2}bytes {6}[\da-f]+, cut at/,
  )
})

test('--save updates the corpus, with or without a finding', () => {
  const corpus = join(COPY, 'test/fuzz/corpus/decoder.txt')
  const decoder = join(COPY, 'dist/decode.js')
  const [before, original] = [corpus, decoder].map((path) => readFileSync(path, 'utf8')) as [string, string]
  rmSync(corpus)
  expect(self(COPY, '--seed', '5', '--runs', '2000', '--save').status).toBe(0)
  const saved = readFileSync(corpus, 'utf8')
  rmSync(corpus)
  writeFileSync(decoder, original.replace('reader.position !== reader.end', 'reader.position > reader.end'))
  expect(self(COPY, '--seed', '5', '--runs', '400000', '--save').status).toBe(1)
  expect(readFileSync(corpus, 'utf8')).toContain('\n')
  expect(saved).toContain('\n')
  writeFileSync(corpus, before)
  writeFileSync(decoder, original)
})

test.each([['--runs', 'many'], ['--seconds', '0'], ['--seed', '-1'], ['--wat']])(
  '%s %s is refused',
  (...args) => {
    const { status, stderr } = self(ROOT, ...args)
    expect(status).toBe(2)
    expect(stderr).toContain(args[0])
  },
)
