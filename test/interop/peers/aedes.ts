import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ACCOUNT, freePorts, type Installation, serve } from './peer.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const aedes: Installation = {
  name: 'aedes',
  source: 'npm ci --prefix test/interop',
  isInstalled: () => existsSync(here('../node_modules/aedes')),
  async start() {
    const [port, accountPort] = (await freePorts(2)) as [number, number]
    const args = [here('aedes-server.mjs'), port, accountPort, ACCOUNT.username, ACCOUNT.password].map(String)
    const { stop } = await serve(process.execPath, args, [port, accountPort])
    return { port, accountPort, stop }
  },
}
