// Checks Stryker's reports: a score of at least 95 %, and no survivors except those that SURVIVORS.md explains.

import { readdirSync, readFileSync } from 'node:fs'

const REPORTS = 'reports/mutation'
const LIST = new URL('SURVIVORS.md', import.meta.url)
const LEAST = 95

/**
 * Identifies a mutant by its file, the first line that it changes, and the changed line. Line numbers would be outdated by the next
 * commit.
 */
function identify(file, source, { location: { start, end }, replacement }) {
  const lines = source.split('\n')
  const line = lines[start.line - 1]
  const mutant = line.slice(0, start.column - 1) + replacement + lines[end.line - 1].slice(end.column - 1)
  return [file, line.trim(), mutant.trim().replace(/\s+/g, ' ')].join('\n')
}

/** The pairs of lines in the list's `diff` blocks, each with the file in the heading above it. */
function listed(markdown) {
  const known = new Set()
  for (const section of markdown.split(/^## /m).slice(1)) {
    const file = section.slice(0, section.indexOf('\n'))
    for (const [, block] of section.matchAll(/^```diff\n(.*?)^```$/gms)) {
      for (const [, line, mutant] of block.matchAll(/^- (.*)\n\+ (.*)$/gm))
        known.add(`${file}\n${line}\n${mutant}`)
    }
  }
  return known
}

const reports = readdirSync(REPORTS).map((name) => JSON.parse(readFileSync(`${REPORTS}/${name}`, 'utf8')))
const files = Object.assign({}, ...reports.map((report) => report.files))
const known = listed(readFileSync(LIST, 'utf8'))
const total = { killed: 0, survived: 0, ignored: 0 }
const strangers = []
const resurrected = new Set(known)

for (const [file, { source, mutants }] of Object.entries(files).sort()) {
  const count = { killed: 0, survived: 0, ignored: 0 }
  for (const mutant of mutants) {
    if (mutant.status === 'Killed' || mutant.status === 'Timeout') count.killed++
    else if (mutant.status !== 'Survived' && mutant.status !== 'NoCoverage') count.ignored++
    else {
      count.survived++
      const identity = identify(file, source, mutant)
      resurrected.delete(identity)
      if (!known.has(identity)) strangers.push(identity)
    }
  }
  print(file, count)
  for (const key of Object.keys(total)) total[key] += count[key]
}
print('all', total)

function score({ killed, survived }) {
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived)
}

function print(name, count) {
  const { killed, survived, ignored } = count
  const percent = killed + survived === 0 ? '' : `${score(count).toFixed(2)} %`
  const row = [percent.padStart(9), `${killed} killed`.padStart(12), `${survived} survived`.padStart(13)]
  console.log(`${name.padEnd(32)}${row.join('')}${`${ignored} ignored`.padStart(13)}`)
}

for (const identity of strangers) {
  const [file, line, mutant] = identity.split('\n')
  console.log(`\nnot in SURVIVORS.md: ${file}\n- ${line}\n+ ${mutant}`)
}
for (const identity of resurrected) {
  const [file, line, mutant] = identity.split('\n')
  if (file in files)
    console.log(`\nin SURVIVORS.md, but killed or no longer there: ${file}\n- ${line}\n+ ${mutant}`)
}

if (score(total) < LEAST || strangers.length > 0) process.exitCode = 1
