export interface Language {
  readonly name: string
  readonly file: string
  readonly packages: readonly string[]
  isInstalled(): boolean
  build(folder: string): string
}

export const LANGUAGES: readonly Language[]
export function versionOf(name: string): string | undefined
