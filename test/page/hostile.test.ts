// Input that tries to inject HTML, or that is too large to show at once.

import { afterEach, expect, test } from 'vitest'
import { encode } from '../../src/index.ts'
import { bytesOf, closePage, describeInBrowser, enter, openPage, type Page, verdictOf } from './browser.ts'

let page: Page
afterEach(() => closePage(page))

const hexOf = (...packets: Parameters<typeof encode>[0][]): string =>
  packets.map((packet) => Buffer.from(encode(packet)).toString('hex')).join('')

const HTML = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'&amp;'
const elements = (): Promise<number> => page.locator('img, script:not([type]), iframe, [onerror]').count()

describeInBrowser('text that looks like HTML', () => {
  test('stays text in the tree, in the form and in the verdict', async () => {
    const connect = {
      type: 'connect',
      clientId: HTML,
      username: HTML,
      password: HTML,
      will: { topic: HTML, payload: HTML },
    } as const
    page = await openPage(`#hex=${hexOf(connect)}`)
    expect(await page.locator('#tree').textContent()).toContain('<img src=x onerror=alert(1)>')
    expect(await page.locator('[data-property=clientId]').inputValue()).toBe(HTML)
    await page.locator('[data-property="will.payload"]').fill(`${HTML}!`)
    await enter(page, HTML)
    expect(await page.locator('#taken').textContent()).toContain('<img src=x onerror=alert(1)>')
    await enter(page, Buffer.from(`30${HTML}`).toString('hex'))
    expect(await elements()).toBe(0)
  })

  test('stays text in names of files and of connections', async () => {
    page = await openPage()
    const content = `${JSON.stringify({ bytes: 'c000', connection: HTML })}\n{"bytes":"c000"}`
    await page
      .locator('#file')
      .setInputFiles({ name: `${HTML}.txt`, mimeType: 'text/html', buffer: Buffer.from(content) })
    await page.waitForFunction(() => document.querySelector('#taken')!.textContent!.includes('onerror'))
    expect(await page.locator('#stream option').first().textContent()).toContain('<img src=x')
    expect(await elements()).toBe(0)
  })

  test('stays text in links', async () => {
    page = await openPage(`#hex=c000&role=${encodeURIComponent(HTML)}`)
    expect(await page.locator('#taken').textContent()).toContain('<img src=x onerror=alert(1)>')
    expect(await elements()).toBe(0)
  })

  test('could not become HTML, because the browser refuses it', async () => {
    page = await openPage()
    const outcome = await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>x</b>'
        return 'changed'
      } catch (error) {
        return (error as Error).name
      }
    })
    expect(outcome).toBe('TypeError')
    const sent = await page.evaluate(async () => {
      const attempts = [fetch('https://localhost:1/'), fetch('data:text/plain,x')]
      return (await Promise.allSettled(attempts)).map(({ status }) => status)
    })
    expect(sent).toEqual(['rejected', 'rejected'])
    // The browser's messages about these attempts are not errors of the page.
    await page.close()
    page = await openPage()
  })
})

describeInBrowser('text that is not what it seems', () => {
  test('bidirectional and invisible characters are escaped in explanations', async () => {
    const topic = 'a\u202egnp.exe\u2066\u200b\u0007'
    page = await openPage(`#hex=${hexOf({ type: 'publish', topic, payload: 'x' })}`)
    const text: string = await page.locator('#tree').textContent()
    expect(text).toContain("'a\\u{202e}gnp.exe\\u{2066}\\u{200b}\\u{7}'")
    expect(/[\u202a-\u202e\u2066-\u2069\u200b]/.test(text)).toBe(false)
    // Editing another field does not change the topic.
    await page.locator('[data-property=retain]').check()
    expect(await bytesOf(page)).toBe(hexOf({ type: 'publish', topic, payload: 'x', retain: true }))
  })

  test('ill-formed UTF-8 and lone surrogates are reported, not thrown', async () => {
    page = await openPage('#hex=30050003eda080')
    expect(await verdictOf(page)).toContain('MQTT-1.5.3-1')
    await enter(page, hexOf({ type: 'publish', topic: 'a', payload: Uint8Array.of(0xed, 0xa0, 0x80) }))
    expect(await verdictOf(page)).toContain('Valid')
    expect(await page.locator('[data-property=payload]').inputValue()).toBe('ed a0 80')
    await page.locator('[data-property=topic]').evaluate((input: HTMLInputElement) => {
      input.value = '\ud800'
      input.dispatchEvent(new Event('input'))
    })
    expect(await page.locator('#problem').textContent()).toContain('MQTT-1.5.3-1')
    await enter(page, 'c000 \ud800')
    expect(await page.locator('#taken').getAttribute('class')).toContain('problem')
  })

  test('a text payload that a control would change is edited in hexadecimal', async () => {
    page = await openPage(`#hex=${hexOf({ type: 'publish', topic: 'a', payload: 'a\r\nb' })}`)
    expect(await page.locator('[data-property=payload]').inputValue()).toBe('61 0d 0a 62')
    page.locator('[data-property=payload]').fill('61 0')
    await page.locator('[data-property=payload][aria-invalid]').waitFor()
    expect(await bytesOf(page)).toContain('610d0a62')
  })
})

describeInBrowser('input that is large', () => {
  const file = async (buffer: Buffer): Promise<void> => {
    page = await openPage()
    await page
      .locator('#file')
      .setInputFiles({ name: 'large.bin', mimeType: 'application/octet-stream', buffer })
    await page.waitForFunction(() => document.querySelector('#taken')!.textContent!.startsWith('large.bin'))
  }
  const size = (): Promise<number> => page.locator('*').count()

  test('for a megabyte of small packets, the page shows a part, and says so', async () => {
    const one = Buffer.from(
      encode({ type: 'publish', topic: 'house/temperature', payload: '21.5', qos: 1, packetId: 7 }),
    )
    const packets = Math.ceil(1_048_576 / one.length)
    await file(Buffer.concat(Array<Buffer>(packets).fill(one)))
    expect(await verdictOf(page)).toContain(`Valid: ${packets.toLocaleString('en')} packets`)
    expect(await page.locator('#pager').textContent()).toContain('Bytes 0 to 1,023 of 1,048,')
    expect(await page.locator('#tree .more').textContent()).toBe(
      `${(packets - 100).toLocaleString('en')} more…`,
    )
    expect(await size()).toBeLessThan(6_000)
    await page.getByRole('button', { name: 'Show later bytes' }).click()
    expect(await page.locator('#grid .offset').first().textContent()).toContain('0400')
    await page.locator('#grid [tabindex="0"]').focus()
    await page.keyboard.press('Control+End')
    expect(await page.locator('#grid .byte').last().getAttribute('class')).toContain('cursor')
    expect(await page.locator('#tree [aria-selected=true]').getAttribute('aria-label')).toMatch(/^Payload/)
    expect(await size()).toBeLessThan(6_000)
    // Changing the last byte turns 21.5 into 21.6.
    await page.keyboard.type('36')
    expect(await verdictOf(page)).toContain(`Valid: ${packets.toLocaleString('en')} packets`)
    await page.locator('#tree .more').first().click()
    expect(await page.locator('#tree [aria-level="1"]').count()).toBe(100)
  })

  test('a megabyte in one payload', async () => {
    await file(Buffer.from(encode({ type: 'publish', topic: 'a', payload: new Uint8Array(1_048_576) })))
    expect(await verdictOf(page)).toContain('Valid: 1 packet')
    expect(await page.locator('#form').textContent()).toContain('1,048,576 bytes, too many to edit in a form')
    await page.locator('[data-property=retain]').check()
    expect(await bytesOf(page)).toMatch(/^31/)
    await page.getByRole('button', { name: 'Share' }).click()
    expect(await page.locator('#taken').textContent()).toContain('A link has at most 4,096 bytes')
    expect(page.url()).not.toContain('#hex')
  })

  test('a list of 20,000 entries', async () => {
    const returnCodes = Array<number>(20_000).fill(1)
    await file(Buffer.from(encode({ type: 'suback', packetId: 1, returnCodes })))
    expect(await verdictOf(page)).toContain('Valid: 1 packet')
    expect(await size()).toBeLessThan(6_000)
    expect(await page.locator('#form').textContent()).toContain('first 50 of 20,000 entries')
    await page.locator('#grid [tabindex="0"]').focus()
    await page.keyboard.press('Control+End')
    expect(await page.locator('#tree [aria-selected=true]').getAttribute('aria-posinset')).toBe('20000')
    expect(await size()).toBeLessThan(6_000)
  })

  test('long pasted text is not put into the text area', async () => {
    page = await openPage()
    await page.evaluate(() => {
      const transfer = new DataTransfer()
      transfer.setData('text/plain', 'c000'.repeat(50_000))
      const event = new ClipboardEvent('paste', { clipboardData: transfer, cancelable: true, bubbles: true })
      document.querySelector('#input')!.dispatchEvent(event)
    })
    expect(await page.locator('#taken').textContent()).toBe('Pasted text: hexadecimal text, 100,000 bytes.')
    expect(await page.locator('#input').inputValue()).toBe('')
    expect(await verdictOf(page)).toContain('Valid: 50,000 packets')
  })

  test('a file that is too large', async () => {
    page = await openPage()
    await page.evaluate(() => {
      const large = new File(['c000'], 'large.bin')
      Object.defineProperty(large, 'size', { value: 65 * 1024 * 1024 })
      const transfer = { files: [large], getData: () => '' }
      const event = new Event('drop', { cancelable: true, bubbles: true })
      Object.defineProperty(event, 'dataTransfer', { value: transfer })
      document.body.dispatchEvent(event)
    })
    expect(await page.locator('#taken').textContent()).toBe(
      'large.bin: larger than 64 MiB; use mqtt-wire explain.',
    )
  })
})
