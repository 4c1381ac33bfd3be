// `mqtt-wire explain --html`: writes mqtt-wire's page with an input in it, as a single file.

import { readFileSync, writeFileSync } from 'node:fs'
import type { ParserOptions } from '../index.ts'
import { type Input, InputError } from './input.ts'
import { UsageError } from './usage.ts'

/** The placeholder for the input in the built page. */
const PLACE = '<script type="application/json" id="given">null</script>'
/** The maximum size of a page's input in bytes. */
const MAX_LENGTH = 64 * 1024 * 1024

/** Whether an argument names the page rather than an input. */
export const isPageName = (argument: string): boolean => /\.html?$/i.test(argument)

/**
 * Writes the page to a file, or to standard output if no file is named.
 *
 * @throws UsageError instead of writing a page to a terminal
 * @throws InputError if the input is too large, or the file cannot be written
 */
export async function writePage(
  input: Input,
  options: ParserOptions,
  file: string | undefined,
): Promise<void> {
  if (file === undefined && process.stdout.isTTY)
    throw new UsageError('name a file for the page, such as page.html')
  const page = await pageOf(input, options)
  if (file === undefined) {
    await new Promise<void>((resolve) => process.stdout.write(page, () => resolve()))
    return
  }
  try {
    writeFileSync(file, page)
  } catch (error) {
    throw new InputError(`the page cannot be written: ${(error as Error).message}`)
  }
}

async function pageOf({ name, form, chunks: source }: Input, options: ParserOptions): Promise<string> {
  const chunks: object[] = []
  let length = 0
  for await (const { bytes, connection, direction } of source) {
    length += bytes.length
    if (length > MAX_LENGTH)
      throw new InputError(`larger than ${MAX_LENGTH / 1024 / 1024} MiB, which is too much for a page`)
    chunks.push({ base64: Buffer.from(bytes).toString('base64'), connection, direction })
  }
  // Escaped, so that the input cannot end the script element.
  const given = JSON.stringify({ name, form, chunks, options }).replaceAll('<', '\\u003c')
  const page = readFileSync(new URL('../page/index.html', import.meta.url), 'utf8')
  return page.replace(PLACE, () => PLACE.replace('null', () => given))
}
