// Opens the page in headless Chromium, and records its requests and errors.

import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { programPath } from '../interop/peers/installed.ts'
import { CHROMIUM_ARGUMENTS } from '../support/chromium.ts'

const PLAYWRIGHT = fileURLToPath(new URL('node_modules/playwright-core/index.mjs', import.meta.url))
export const PAGE = fileURLToPath(new URL('../../dist/page/index.html', import.meta.url))

const executablePath = programPath('chromium')
const missing =
  executablePath === undefined
    ? 'chromium is not installed (Debian: apt-get install chromium)'
    : existsSync(PLAYWRIGHT)
      ? undefined
      : 'playwright-core is not installed (npm ci --prefix test/page)'

if (missing !== undefined) {
  if (process.env.CI === 'true') throw new Error(missing)
  console.log(`Skipped: ${missing}.`)
}

/** Describes tests that need the browser. They are skipped if it is not installed. */
export const describeInBrowser: ReturnType<typeof describe.skipIf> = describe.skipIf(missing !== undefined)

// biome-ignore lint/suspicious/noExplicitAny: its types may not be installed
export type Page = any

// biome-ignore lint/suspicious/noExplicitAny: its types may not be installed
let browser: any
const errors: string[] = []
const requests: string[] = []

beforeAll(async () => {
  if (missing !== undefined) return
  const { chromium } = await import(pathToFileURL(PLAYWRIGHT).href)
  browser = await chromium.launch({
    executablePath,
    args: CHROMIUM_ARGUMENTS,
  })
})
afterAll(() => browser?.close())

/** @param options playwright's, such as `colorScheme` */
export async function openPage(fragment = '', options: object = {}, file: string = PAGE): Promise<Page> {
  errors.length = 0
  requests.length = 0
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options })
  page.on('pageerror', (error: Error) => errors.push(String(error)))
  page.on('console', (message: { text(): string }) => errors.push(message.text()))
  page.on('dialog', (dialog: { message(): string; dismiss(): void }) => {
    errors.push(dialog.message())
    dialog.dismiss()
  })
  page.on('request', (request: { url(): string }) => requests.push(request.url()))
  await page.goto(pathToFileURL(file).href + fragment)
  return page
}

/** Closes the page. It must have made no other requests, and reported no errors. */
export async function closePage(page: Page): Promise<void> {
  await page.close()
  expect(errors).toEqual([])
  expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1)
}

export const verdictOf = (page: Page): Promise<string> => page.locator('#verdict').textContent()

/** The bytes in the grid, in hexadecimal. */
export async function bytesOf(page: Page): Promise<string> {
  return (await page.locator('#grid .byte').allTextContents()).join('')
}

/** Enters text into the input, and waits until the page has read it. */
export async function enter(page: Page, text: string): Promise<void> {
  await page.locator('#taken').evaluate((taken: Element) => taken.replaceChildren())
  await page.locator('#input').fill(text)
  await page.waitForFunction(() => {
    const taken = document.querySelector('#taken')!.textContent!
    return taken.startsWith('Input: ')
  })
}
