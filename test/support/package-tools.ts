// The tools of test/package/package.json. Without `npm ci --prefix test/package`, their tests are skipped, or fail in CI.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './packed.ts'

const TOOLS = join(ROOT, 'test/package/node_modules')

const isInstalled: boolean = existsSync(TOOLS) || process.env.CI !== undefined
if (!isInstalled) console.log('Skipped: the tools of the package tests (npm ci --prefix test/package).')

/** Whether to skip the tests that need the tools. */
export const withoutTools: boolean = !isInstalled

/** Loads one of the tools, which the type check does not require. */
// biome-ignore lint/suspicious/noExplicitAny: their types may not be installed
export const loadTool = (path: string): Promise<any> => import(join(TOOLS, path))

/** Runs a tool, which is a JavaScript file, and returns its output and exit code. */
export function runTool(path: string, ...args: readonly string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(TOOLS, path), ...args], {
    encoding: 'utf8',
  })
  return { code: status, output: stdout + stderr }
}

/** The path of a file in the tools' folder. */
export const toolPath = (path: string): string => join(TOOLS, path)
