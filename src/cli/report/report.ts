// Reports of fuzz and check for other programs: JSON, annotations, JUnit, and the comparison with a baseline.

import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { escaped } from '../terminal.ts'
import { UsageError } from '../usage.ts'

/** A finding for other programs. Two with the same kind, subject and packet type are the same finding. */
export interface Reported {
  readonly kind: string
  readonly about: string
  readonly rule?: string | undefined
  readonly packetType?: string | undefined
  readonly bytes: string
  readonly expected: string
  readonly happened: string
}

export const REPORT_OPTIONS = {
  json: { type: 'string' },
  junit: { type: 'string' },
  format: { type: 'string' },
  baseline: { type: 'string' },
} as const

export interface ReportValues {
  readonly json?: string | undefined
  readonly junit?: string | undefined
  readonly format?: string | undefined
  readonly baseline?: string | undefined
}

export interface ReportFiles {
  readonly json: string | undefined
  readonly junit: string | undefined
  /** Whether to annotate a GitHub workflow with the findings. */
  readonly annotates: boolean
  readonly baseline: Baseline | undefined
}

/**
 * Checks the files before the run, which may take hours.
 *
 * @throws UsageError if a file cannot be read or written
 */
export function reportFiles({ json, junit, format = 'text', baseline }: ReportValues): ReportFiles {
  if (format !== 'text' && format !== 'github')
    throw new UsageError(`--format must be text or github, not ${format}`)
  const known = baseline === undefined ? undefined : readBaseline(baseline)
  return {
    json: writable('json', json),
    junit: writable('junit', junit),
    annotates: format === 'github',
    baseline: known,
  }
}

/**
 * The file, if it can be written.
 *
 * @throws UsageError if it cannot
 */
export function writable(option: string, file: string | undefined): string | undefined {
  try {
    if (file !== undefined) closeSync(openSync(file, 'a'))
    return file
  } catch (error) {
    throw new UsageError(`--${option}: ${(error as Error).message}`)
  }
}

export function writeJson(file: string | undefined, report: object): void {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
}

/** The finding's kind, subject, clause and packet type, in one line. */
export function title({
  kind,
  about,
  rule,
  packetType,
}: Omit<Reported, 'bytes' | 'expected' | 'happened'>): string {
  const type = packetType === undefined ? '' : `, ${packetType.toUpperCase()}`
  const note = rule === '§2.3.1' ? ', inferred' : ''
  return `${kind}: ${escaped(about)}${rule === undefined ? '' : ` [${rule}${note}]`}${type}`
}

/** A GitHub workflow command, https://docs.github.com/actions: one line per finding. */
export function annotation(finding: Reported): string {
  const { bytes, expected, happened } = finding
  const message = `${expected}\n${happened}\nbytes: ${bytes.slice(0, 400)}`
  return `::error title=${property(title(finding))}::${data(message)}`
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

export interface TestCase {
  readonly name: string
  readonly failure?: { readonly message: string; readonly text: string } | undefined
}

/** Writes JUnit XML. */
export function writeJunit(file: string | undefined, suite: string, cases: readonly TestCase[]): void {
  if (file === undefined) return
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const lines = cases.map(({ name, failure }) => {
    const open = `    <testcase classname="${xml(suite)}" name="${xml(name)}"`
    if (failure === undefined) return `${open}/>`
    return `${open}>\n      <failure message="${xml(failure.message)}">${xml(failure.text)}</failure>\n    </testcase>`
  })
  const counts = `tests="${cases.length}" failures="${failures}"`
  writeFileSync(
    file,
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts}>
  <testsuite name="${xml(suite)}" ${counts}>
${lines.join('\n')}
  </testsuite>
</testsuites>
`,
  )
}

function xml(text: string): string {
  return escaped(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const keyOf = ({ kind, about, packetType = '' }: Pick<Reported, 'kind' | 'about' | 'packetType'>): string =>
  `${kind} ${about} ${packetType}`

/** Findings that are known and accepted. */
export class Baseline {
  private readonly entries: ReadonlyMap<string, Reported>
  private readonly seen = new Set<string>()

  constructor(findings: readonly Reported[]) {
    this.entries = new Map(findings.map((finding) => [keyOf(finding), finding]))
  }

  /** Whether the finding is a known one. */
  has(finding: Pick<Reported, 'kind' | 'about' | 'packetType'>): boolean {
    const key = keyOf(finding)
    if (!this.entries.has(key)) return false
    this.seen.add(key)
    return true
  }

  /** Known findings that were not found. */
  stale(): Reported[] {
    return [...this.entries].flatMap(([key, finding]) => (this.seen.has(key) ? [] : [finding]))
  }
}

/** Reads a baseline, which is a file that `--json` wrote. */
function readBaseline(file: string): Baseline {
  let findings: unknown
  try {
    findings = (JSON.parse(readFileSync(file, 'utf8')) as { findings?: unknown }).findings
  } catch (error) {
    throw new UsageError(`--baseline: ${(error as Error).message}`)
  }
  if (!Array.isArray(findings))
    throw new UsageError(`--baseline: ${file} has no "findings"; write it with --json FILE`)
  return new Baseline(findings)
}
