// Runs the test suites of other projects as published, and reads their reports.

import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))

const MODULES = join(FOLDER, 'node_modules')

/** The output of a program, with the codec that `CODEC` names (see configured/index.js). */
function outputOf(args, codec) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, CODEC: codec, NODE_OPTIONS: '', FORCE_COLOR: '0' }
    const child = spawn(process.execPath, args, { cwd: FOLDER, env, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.on('error', reject).on('close', () => resolve(output))
  })
}

/** Tests by name. Repeated names get a number. */
class Results {
  tests = new Map()
  #seen = new Map()

  add(name, passed) {
    const count = (this.#seen.get(name) ?? 0) + 1
    this.#seen.set(name, count)
    const unique = count === 1 ? name : `${name} (${count})`
    this.tests.set(unique, passed)
    return unique
  }

  fail(unique) {
    this.tests.set(unique, false)
  }

  get failed() {
    return [...this.tests].filter(([, passed]) => !passed).map(([name]) => name)
  }
}

/** mqtt-packet's test.js, which requires `./` and `tape`. An assertion that throws must not end the run. */
export async function mqttPacket(codec) {
  const folder = join(MODULES, '.cache/mqtt-packet-test')
  mkdirSync(join(folder, 'node_modules/tape'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
  writeFileSync(join(folder, 'index.js'), "module.exports = require('mqtt-packet')")
  cpSync(join(FOLDER, 'suites/patient-tape.cjs'), join(folder, 'node_modules/tape/index.js'))
  cpSync(join(MODULES, 'original/test.js'), join(folder, 'test.js'))
  const results = new Results()
  let test
  for (const line of (await outputOf([join(folder, 'test.js')], codec)).split('\n')) {
    const [, title, outcome] = /^(?:# (?!tests |pass |fail )(.*)|(ok|not ok) )/.exec(line) ?? []
    if (title !== undefined) test = results.add(title, true)
    if (outcome === 'not ok') results.fail(test)
  }
  return results
}

/**
 * The tests of aedes, file by file. Some measure time and fail on a busy machine, so a file with a failure that is not
 * listed runs again, and the second run counts.
 */
export async function aedes(codec, differences) {
  const folder = join(MODULES, 'aedes/test')
  const results = new Results()
  for (const file of readdirSync(folder).filter((name) => /\.c?js$/.test(name))) {
    let outcomes = await nodeTest(join(folder, file), codec)
    const failed = outcomes.filter(({ name, passed }) => !passed && differences[name] === undefined)
    if (failed.length > 0) {
      console.log(`aedes' ${file} runs once more. It failed: ${failed.map(({ name }) => name).join('; ')}`)
      outcomes = await nodeTest(join(folder, file), codec)
    }
    for (const { name, passed } of outcomes) results.add(name, passed)
  }
  return results
}

/** The outcomes of a test file for Node's test runner, in order, without skipped tests. */
async function nodeTest(file, codec) {
  const output = await outputOf(['--test', '--test-reporter=tap', '--test-timeout=180000', file], codec)
  return output.split('\n').flatMap((line) => {
    const [, outcome, name, skip] = /^(?: {4})?(ok|not ok) \d+ - (.*?)( # SKIP)?$/.exec(line) ?? []
    return name === undefined || skip !== undefined ? [] : { name, passed: outcome === 'ok' }
  })
}

export async function mqttConnection(codec) {
  const mocha = join(MODULES, 'mocha/bin/mocha.js')
  const output = await outputOf([mocha, '--reporter', 'json', join(MODULES, 'mqtt-connection/test')], codec)
  const { passes, failures } = JSON.parse(output.slice(output.indexOf('{\n  "stats"')))
  const results = new Results()
  for (const { fullTitle } of passes) results.add(fullTitle, true)
  for (const { fullTitle } of failures) results.add(fullTitle, false)
  return results
}
