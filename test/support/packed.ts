import { execFileSync, execSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const QUIETLY = { encoding: 'utf8', stdio: 'pipe' } as const

interface Pack {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** An empty project in which the package is installed as `npm publish` would upload it. */
export class Consumer {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'mqtt-wire-consumer-'))
  readonly installed: string = join(this.folder, 'node_modules/mqtt-wire')
  readonly pack: Pack

  constructor() {
    // Through a shell, because npm is a script on Windows.
    const npm = `npm pack --json --ignore-scripts --pack-destination "${this.folder}"`
    ;[this.pack] = JSON.parse(execSync(npm, { cwd: ROOT, ...QUIETLY }))
    mkdirSync(this.installed, { recursive: true })
    // Some tar programs treat the part before a colon as a host.
    this.run('tar', '-xzf', this.pack.filename, '-C', 'node_modules/mqtt-wire', '--strip-components=1')
    this.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  }

  /** Installs this repository's copy of a package. */
  install(name: string): void {
    const path = join(this.folder, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), path, 'junction')
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  /** Returns the output of a command; throws unless it succeeds. */
  run(command: string, ...args: readonly string[]): string {
    return execFileSync(command, args, { cwd: this.folder, ...QUIETLY })
  }

  /** The TypeScript compiler's output for these files, which is empty if there are no errors. */
  compile(
    files: readonly string[],
    { lib = [], ...options }: Readonly<Record<string, unknown>>,
    compiler: string = join(ROOT, 'node_modules/typescript/bin/tsc'),
  ): string {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'ES2022',
      lib: ['ES2022', ...(lib as string[])],
      ...options,
    }
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.json'], {
      cwd: this.folder,
      encoding: 'utf8',
    })
    return stdout
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}
