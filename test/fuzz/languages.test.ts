// Runs the corpus against those decoders in other languages that are installed.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeIfInstalled } from '../support/installed.ts'
import { LANGUAGES } from './languages.mjs'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Finding {
  readonly kind: string
  readonly about: string
  readonly packetType?: string
  readonly rows: readonly string[]
}

/** The known faults of each, in all versions. The Rust decoder is ours, and has none. */
const KNOWN: Readonly<Record<string, Partial<Finding>>> = {
  'paho_python.py': { kind: 'crash', packetType: 'suback' },
  'paho_go.go': { kind: 'verdict', about: 'accepts body-too-short', packetType: 'puback' },
  'libmosquitto.c': { kind: 'verdict', about: 'accepts wildcard-in-topic-name', packetType: 'publish' },
}

// The packages are Debian's, so other systems skip these tests.
for (const { name, file, packages, isInstalled, build } of process.platform === 'linux' ? LANGUAGES : []) {
  const source = `Debian: apt-get install ${packages.join(' ')}`
  describeIfInstalled({ name, source, isInstalled }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-wire-language-'))
    afterAll(() => rmSync(folder, { recursive: true }))
    let command: string
    beforeAll(() => {
      command = build(folder)
    }, 120_000)

    test('check', { timeout: 120_000 }, () => {
      const json = join(folder, 'report.json')
      const args = [MAIN, 'check', '--exec', command, '--json', json]
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      expect(stderr).toBe('')
      const { rows, findings } = JSON.parse(readFileSync(json, 'utf8')) as {
        rows: number
        findings: Finding[]
      }
      expect(rows).toBeGreaterThan(100)
      // A faulty adapter would report these.
      const misread = findings.filter(({ kind, about }) => kind === 'fields' || about.startsWith('refuses'))
      expect(misread).toEqual([])
      const known = KNOWN[file]
      if (known === undefined) expect(findings).toEqual([])
      else expect(findings).toContainEqual(expect.objectContaining(known))
      expect(status).toBe(known === undefined ? 0 : 1)
    })
  })
}
