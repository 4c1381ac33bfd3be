// The look of the page: contrast, a phone's width, light and dark. These tests also take the screenshots for README.md.

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { encode } from '../../src/index.ts'
import { closePage, describeInBrowser, openPage, type Page } from './browser.ts'

const PICTURES = fileURLToPath(new URL('pictures/', import.meta.url))

let page: Page
afterEach(() => closePage(page))

const CONNECT = Buffer.from(encode({ type: 'connect', clientId: 'thermostat-7', keepAlive: 60 })).toString(
  'hex',
)
const SUBSCRIBE = Buffer.from(
  encode({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'house/+/set', qos: 1 }] }),
).toString('hex')
const MALFORMED = `#hex=${CONNECT}${SUBSCRIBE}3210000b686f7573652f2b2f7365740007323130c000`
const SUBACK = '#hex=90050001000180'

/** Takes a screenshot of the viewport. */
async function take(name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 90 })
  const picture = Buffer.from(data, 'base64')
  expect(picture.length).toBeLessThan(150_000)
  writeFileSync(`${PICTURES}${name}.webp`, picture)
}

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }
const THEMES = ['light', 'dark'] as const

/** The texts of the page whose contrast is below WCAG AA, with their ratios. */
function tooFaint(): string[] {
  type Color = [red: number, green: number, blue: number, alpha: number]
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
  const parse = (color: string): Color => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data
    return [red, green, blue, alpha / 255]
  }
  const luminance = ([red, green, blue]: Color): number => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const backgroundOf = (element: Element | null): Color => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color[3] === 1) return color
    }
    return [255, 255, 255, 1]
  }
  const faint: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some(
      ({ nodeType, textContent }) => nodeType === 3 && textContent!.trim() !== '',
    )
    const isControl = element.matches('input, textarea, select')
    const isDisabled = (element as HTMLButtonElement).disabled === true
    if ((!hasText && !isControl) || isDisabled || element.getClientRects().length === 0) continue
    const style = getComputedStyle(element)
    const [one, other] = [luminance(parse(style.color)), luminance(backgroundOf(element))].sort(
      (a, b) => b - a,
    ) as [number, number]
    const ratio = (one + 0.05) / (other + 0.05)
    if (ratio < 4.5)
      faint.push(`${ratio.toFixed(2)} ${element.className} ${element.textContent!.slice(0, 30)}`)
  }
  return faint
}

describeInBrowser.each(THEMES)('in the %s theme', (colorScheme) => {
  test.each([
    ['a valid connection', ''],
    ['a malformed packet', MALFORMED],
    ['an incomplete packet', '#hex=3007000361'],
    ['return codes', SUBACK],
    ['a link that is not valid', '#hex=x'],
  ])('all text of %s has a contrast of at least 4.5', async (_, fragment) => {
    page = await openPage(fragment, { colorScheme })
    await page.locator('summary').click()
    await page.locator('#options label').first().waitFor()
    const item = page.locator('#tree [role=treeitem]').last()
    if ((await item.count()) > 0) await item.hover()
    expect(await page.evaluate(tooFaint)).toEqual([])
  })

  test('the switch chooses the other theme, and the page remembers it', async () => {
    page = await openPage('', { colorScheme })
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const before = await background()
    const other = colorScheme === 'light' ? 'dark' : 'light'
    await page.getByLabel('Theme').selectOption(other)
    const after = await background()
    expect(after).not.toBe(before)
    expect(await page.evaluate(tooFaint)).toEqual([])
    await page.getByLabel('Theme').selectOption('light dark')
    expect(await background()).toBe(before)
  })

  test('takes the screenshot', async () => {
    const viewport = { width: 1280, height: 880 }
    page = await openPage(colorScheme === 'light' ? '' : MALFORMED, { colorScheme, viewport })
    if (colorScheme === 'light') {
      await page.locator('#tree [aria-label^="Connect Flags"] .twisty').click()
      await page.locator('#tree [aria-label^="Client Identifier"]').hover()
    }
    await take(colorScheme)
  })
})

describeInBrowser("on a phone's width", () => {
  test.each([
    ['a valid connection', ''],
    ['a malformed packet', MALFORMED],
    [
      'a long topic',
      `#hex=${Buffer.from(encode({ type: 'publish', topic: 'x'.repeat(300), payload: 'y'.repeat(300) })).toString('hex')}`,
    ],
  ])('%s fits without cutting anything off', async (_, fragment) => {
    page = await openPage(fragment, phone)
    await page.locator('summary').click()
    const wide = await page.evaluate(() =>
      Array.from(document.querySelectorAll('body *'))
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
        .map(({ tagName, className, textContent }) => `${tagName} ${className} ${textContent!.slice(0, 30)}`),
    )
    expect(wide).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    const grid = page.locator('#grid')
    expect(
      await grid.evaluate(({ scrollWidth, clientWidth }: Element) => scrollWidth - clientWidth),
    ).toBeLessThanOrEqual(0)
  })

  test('bytes can be edited without a physical keyboard', async () => {
    page = await openPage('#hex=c000', phone)
    await page.locator('#grid .byte').first().tap()
    await page.locator('#byte input').fill('d0')
    expect(await page.locator('#grid .byte').first().textContent()).toBe('d0')
  })

  test('takes the screenshot', async () => {
    page = await openPage(MALFORMED, { ...phone, deviceScaleFactor: 1.5 })
    await take('phone')
  })
})

describeInBrowser('names for screen readers', () => {
  test('every control has one', async () => {
    page = await openPage()
    const nameless = await page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLInputElement>('input, select, textarea, button'))
        .filter((control) => control.getAttribute('aria-label') === null)
        .filter((control) => (control.labels?.length ?? 0) === 0 && control.textContent!.trim() === '')
        .map(({ outerHTML }) => outerHTML),
    )
    expect(nameless).toEqual([])
  })

  test('the grid and the tree have their roles', async () => {
    page = await openPage()
    expect(await page.getByRole('grid', { name: 'Bytes in hexadecimal' }).getByRole('row').count()).toBe(8)
    expect(await page.getByRole('gridcell', { name: '10, byte 0, Type and flags' }).count()).toBe(1)
    expect(await page.getByRole('tree', { name: 'Packets and their fields' }).count()).toBe(1)
    expect(
      await page.getByRole('treeitem', { name: /^SUBSCRIBE, 27 bytes/ }).getAttribute('aria-expanded'),
    ).toBe('false')
    expect(
      await page
        .getByRole('treeitem', { name: /^Keep Alive, keep alive 60 s, §3.1.2.10/ })
        .getAttribute('aria-level'),
    ).toBe('3')
    expect(await page.locator('#grid [tabindex="0"]').count()).toBe(1)
    expect(await page.locator('#tree [tabindex="0"]').count()).toBe(1)
  })
})
