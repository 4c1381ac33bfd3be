import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ACCOUNT, freePorts, type Installation, serve } from './peer.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const aedes: Installation = {
  name: 'aedes',
  source: 'npm ci --prefix test/interop',
  isInstalled: () => existsSync(here('../node_modules/aedes')),
  version() {
    return JSON.parse(readFileSync(here('../node_modules/aedes/package.json'), 'utf8')).version
  },
  async start() {
    const [port, accountPort] = (await freePorts(2)) as [number, number]
    const args = [here('aedes-server.mjs'), port, accountPort, ACCOUNT.username, ACCOUNT.password].map(String)
    const { stop } = await serve(process.execPath, args, [port, accountPort])
    return { port, accountPort, stop }
  },
}
