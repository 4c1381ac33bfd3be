import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))
export const MAIN: string = join(ROOT, 'dist/cli/main.js')

/** Runs the built command as a user would. */
export function run(
  args: readonly string[],
  input: string | Uint8Array = '',
  env: NodeJS.ProcessEnv = {},
): { status: number | null; stdout: string; stderr: string; bytes: Buffer; lines: string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    maxBuffer: 2 ** 30,
    cwd: ROOT,
    input,
    env: { PATH: process.env.PATH, ...env },
  })
  const text = stdout.toString()
  return { status, stdout: text, stderr: stderr.toString(), bytes: stdout, lines: text.trimEnd().split('\n') }
}
