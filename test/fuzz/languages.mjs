// Adapters of decoders in other languages: their requirements, how to build them, and the commands that run them.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const adapter = (name) => fileURLToPath(new URL(`adapters/${name}`, import.meta.url))
const succeeds = (command, ...args) => spawnSync(command, args).status === 0

const PAHO_GO = '/usr/share/gocode/src/github.com/eclipse/paho.mqtt.golang'

/**
 * Each has a `name`, the adapter's `file`, the Debian `packages` that it needs, `isInstalled()`, and `build(folder)`, which returns
 * the command for `--exec`.
 */
export const LANGUAGES = [
  {
    name: 'Eclipse Paho for Python',
    file: 'paho_python.py',
    packages: ['python3-paho-mqtt'],
    // Debian's Python, because another one on the path does not have Debian's packages.
    isInstalled: () => succeeds('/usr/bin/python3', '-c', 'import paho.mqtt.client'),
    build: () => `/usr/bin/python3 ${adapter('paho_python.py')}`,
  },
  {
    name: 'Eclipse Paho for Go',
    file: 'paho_go.go',
    packages: ['golang-go', 'golang-github-eclipse-paho.mqtt.golang-dev'],
    isInstalled: () => succeeds('go', 'version') && existsSync(PAHO_GO),
    build(folder) {
      const program = join(folder, 'paho_go')
      const env = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(folder, 'cache') }
      compile('go', ['build', '-o', program, adapter('paho_go.go')], env)
      return program
    },
  },
  {
    name: 'libmosquitto, C',
    file: 'libmosquitto.c',
    packages: ['gcc', 'libmosquitto-dev'],
    isInstalled: () => succeeds('gcc', '--version') && existsSync('/usr/include/mosquitto.h'),
    build(folder) {
      const program = join(folder, 'libmosquitto')
      compile('gcc', ['-O1', '-o', program, adapter('libmosquitto.c'), '-lmosquitto'])
      return program
    },
  },
  {
    name: 'acknowledgements, Rust',
    file: 'acknowledgements.rs',
    packages: ['rustc'],
    isInstalled: () => succeeds('rustc', '--version'),
    build(folder) {
      const program = join(folder, 'acknowledgements')
      compile('rustc', ['--edition', '2021', '-O', '-o', program, adapter('acknowledgements.rs')])
      return program
    },
  },
]

/** The version of a Debian package; undefined if it is not installed. */
export function versionOf(name) {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', name], { encoding: 'utf8' })
  return status === 0 ? stdout.trim().split('\t')[1] : undefined
}

function compile(command, args, env = {}) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  if (status !== 0) throw new Error(stderr)
}
