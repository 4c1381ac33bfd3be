import { readdirSync, readFileSync } from 'node:fs'

const SOURCE = new URL('../../src/', import.meta.url)

/** The paths of the files in src/, with slashes on every system. */
export const sourceFiles: readonly string[] = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort()

export const readSource = (file: string): string => readFileSync(new URL(file, SOURCE), 'utf8')
