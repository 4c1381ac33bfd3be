import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programPath } from './installed.ts'
import { ACCOUNT, freePorts, type Installation, serve } from './peer.ts'

export const mosquitto: Installation = {
  name: 'mosquitto',
  source: 'Debian: apt-get install mosquitto',
  isInstalled: () => programPath('mosquitto') !== undefined,
  version() {
    const { stdout } = spawnSync(programPath('mosquitto')!, ['-h'], { encoding: 'utf8' })
    return /version (\S+)/.exec(stdout)?.[1] ?? 'of an unknown version'
  },
  async start(folder, settings = '') {
    const [port, accountPort] = (await freePorts(2)) as [number, number]
    const passwords = join(folder, 'passwords')
    execFileSync(programPath('mosquitto_passwd')!, [
      '-b',
      '-c',
      passwords,
      ACCOUNT.username,
      ACCOUNT.password,
    ])
    // If started as root, it becomes the user mosquitto, which must be able to read this.
    chmodSync(folder, 0o755)
    chmodSync(passwords, 0o644)
    const configuration = join(folder, 'mosquitto.conf')
    writeFileSync(
      configuration,
      `${settings}
per_listener_settings true
persistence false
listener ${port} 127.0.0.1
allow_anonymous true
listener ${accountPort} 127.0.0.1
allow_anonymous false
password_file ${passwords}
`,
    )
    const ports = [port, accountPort]
    const { stop } = await serve(programPath('mosquitto')!, ['-c', configuration], ports, { cwd: folder })
    return { port, accountPort, stop }
  },
}
