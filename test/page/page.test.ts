import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'
import { decode, encode } from '../../src/index.ts'
import { bytesOf, closePage, describeInBrowser, enter, openPage, type Page, verdictOf } from './browser.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-page-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

let page: Page
afterEach(() => page && closePage(page))

const hex = (packet: Parameters<typeof encode>[0]): string => Buffer.from(encode(packet)).toString('hex')
const PUBLISH = hex({ type: 'publish', topic: 'a/b', payload: 'hi', qos: 1, packetId: 7 })
const tree = (name: string) => page.locator(`#tree [role=treeitem][aria-label^="${name}"]`).first()
const cell = (offset: number) => page.locator('#grid .byte').nth(offset)
const lit = () => page.locator('#grid .byte.lit').allTextContents()
const fragment = (...packets: string[]): string => `#hex=${packets.join('')}`

describeInBrowser('input', () => {
  test('starts with an example that is valid', async () => {
    page = await openPage()
    expect(await verdictOf(page)).toContain('Valid: 6 packets in 126 bytes.')
  })

  test.each([
    ['hexadecimal text', '0xc0 0x00', 'Input: hexadecimal text, 2 bytes.'],
    ['an xxd dump', '00000000: c000                                     ..', 'Input: an xxd dump, 2 bytes.'],
    ['base64', 'MAcAA2EvYmhp', 'Input: base64, 9 bytes.'],
    ['nothing', '', 'Input: empty.'],
  ])('names the form of the input: %s', async (_, text, taken) => {
    page = await openPage()
    await enter(page, text)
    expect(await page.locator('#taken').textContent()).toBe(taken)
    expect(await page.locator('#taken').getAttribute('class')).not.toContain('problem')
  })

  test('says how to export input that it cannot read, and shows no bytes', async () => {
    page = await openPage()
    await enter(page, 'hello, world!')
    expect(await page.locator('#taken').textContent()).toContain('this is text in an unknown form')
    expect(await page.locator('#input').getAttribute('aria-invalid')).not.toBe(null)
    expect(await bytesOf(page)).toBe('')
  })

  test('a file, of a recording with two streams', async () => {
    page = await openPage()
    const line = (direction: string, bytes: string) => JSON.stringify({ bytes, connection: 'one', direction })
    const file = join(DIRECTORY, 'two.ndjson')
    writeFileSync(file, `${line('c2s', 'c000')}\n${line('s2c', 'd000')}\n`)
    await page.locator('#file').setInputFiles(file)
    await page.waitForFunction(() => document.querySelector('#taken')!.textContent!.includes('two.ndjson'))
    expect(await page.locator('#taken').textContent()).toContain('a recording, 4 bytes in 2 streams')
    expect(await bytesOf(page)).toBe('c000')
    await page.locator('#stream').selectOption({ index: 1 })
    expect(await bytesOf(page)).toBe('d000')
    expect(await verdictOf(page)).toContain('Valid')
  })

  test('a file that is dropped', async () => {
    page = await openPage()
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array([0xc0, 0])], 'ping.bin'))
      return transfer
    })
    await page.dispatchEvent('body', 'drop', { dataTransfer: data })
    await page.waitForFunction(() => document.querySelector('#taken')!.textContent!.includes('ping.bin'))
    expect(await bytesOf(page)).toBe('c000')
  })

  test('rows of the corpus', async () => {
    page = await openPage()
    const labels: string[] = await page
      .locator('#sample optgroup')
      .evaluateAll((groups: HTMLOptGroupElement[]) => groups.map(({ label }) => label))
    expect(labels).toEqual(['Valid packets', 'Incomplete packets', 'Malformed packets'])
    for (const [group, verdict] of [
      ['Valid packets', 'Valid'],
      ['Incomplete packets', 'Incomplete'],
      ['Malformed packets', 'Malformed'],
    ]) {
      const values = await page
        .locator(`#sample optgroup[label="${group}"] option`)
        .evaluateAll((options: HTMLOptionElement[]) => options.map(({ value }) => value))
      expect(values.length).toBeGreaterThan(1)
      for (const value of values) {
        await page.locator('#sample').selectOption(value)
        expect(await verdictOf(page), `row ${value}`).toContain(verdict)
      }
    }
  })
})

describeInBrowser('verdicts', () => {
  test('a malformed packet, with the rule and the position', async () => {
    page = await openPage(fragment('c000', '30060003612f23', '30'))
    expect(await verdictOf(page)).toMatch(/Malformed: packet 2, at byte \d/)
    expect(await verdictOf(page)).toContain('A receiver closes the connection.')
    const malformed = '3207 0003 612f23 0007'.replaceAll(' ', '')
    await enter(page, `c000${malformed}c000`)
    const text = await verdictOf(page)
    expect(text).toContain('Malformed: packet 2, at byte 8.')
    expect(text).toContain("a topic name must not contain wildcards, found 'a/#' [MQTT-3.3.2-2]")
    expect(await page.locator('#grid .byte.fault').allTextContents()).toEqual(['23'])
    expect(await tree('Not read').textContent()).toContain('2 bytes after the malformed packet')
    expect(await page.locator('#tree .fault').count()).toBe(2)
    await page.locator('#tree').getByText('PINGREQ').click()
    await page.getByRole('button', { name: 'Go to byte 8' }).click()
    expect(await page.locator('#grid .byte.cursor').getAttribute('aria-label')).toBe('23, byte 8, Text')
  })

  test('an incomplete packet, with the missing bytes', async () => {
    page = await openPage(fragment('30070003612f62'))
    expect(await verdictOf(page)).toContain('Incomplete: packet 1, at byte 0.')
    expect(await verdictOf(page)).toContain('2 more bytes are needed, in Payload.')
  })

  test('another protocol is named', async () => {
    page = await openPage(fragment(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n').toString('hex')))
    expect(await verdictOf(page)).toMatch(/look like .*HTTP/)
  })

  test('violations that the options tolerate', async () => {
    page = await openPage(fragment('40020000'))
    expect(await verdictOf(page)).toContain('Malformed')
    await page.locator('summary').click()
    await page.locator('[data-value=packet-identifier-zero]').check()
    expect(await verdictOf(page)).toMatch(
      /Valid: 1 packet in 4 bytes\.\s*Tolerated: .*identifier must not be 0/,
    )
  })

  test('MQTT 3.1, whose rules apply to the packets after its CONNECT', async () => {
    const connect = hex({ type: 'connect', protocolName: 'MQIsdp', clientId: 'c' })
    page = await openPage(fragment(connect, '8a06 0001 0001 61 00'.replaceAll(' ', ''), 'c000'))
    expect(await verdictOf(page)).toContain('Valid: 3 packets')
    await tree('SUBSCRIBE').click()
    await tree('Fixed header').waitFor()
    const offset = connect.length / 2
    await cell(offset).click()
    expect(await page.locator('#tree [aria-selected=true]').getAttribute('aria-label')).toContain(
      'Type and flags',
    )
  })
})

describeInBrowser('bytes and fields', () => {
  test('hovering over a field highlights its bytes, and over a byte its field', async () => {
    page = await openPage(fragment('c000', PUBLISH))
    await tree('PUBLISH').click()
    await tree('Topic Name').hover()
    expect(await lit()).toEqual(['00', '03', '61', '2f', '62'])
    await cell(9).hover()
    expect(await page.locator('#tree .lit').getAttribute('aria-label')).toMatch(/^Packet Identifier/)
    expect(await lit()).toEqual(['00', '07'])
    await page.locator('h1').hover()
    expect(await lit()).toEqual([])
  })

  test('overwriting a byte changes the verdict', async () => {
    page = await openPage(fragment(PUBLISH))
    await cell(4).click()
    await page.keyboard.type('23')
    expect(await verdictOf(page)).toContain('a topic name must not contain wildcards')
    expect(await page.locator('#grid .byte.cursor').textContent()).toBe('2f')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.type('78')
    expect(await verdictOf(page)).toContain('Valid')
    expect(await bytesOf(page)).toBe(PUBLISH.replace('612f62', '782f62'))
    expect(await page.locator('#input').inputValue()).toBe((await bytesOf(page)).replace(/..(?!$)/g, '$& '))
  })

  test('bytes can be inserted and deleted with keys and with buttons', async () => {
    page = await openPage(fragment('c000'))
    await cell(1).click()
    await page.keyboard.press('Insert')
    expect(await bytesOf(page)).toBe('c00000')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Delete')
    expect(await verdictOf(page)).toContain('No bytes yet')
    await page.getByRole('button', { name: 'Insert a byte' }).click()
    await page.locator('#byte input').fill('c0')
    await page.locator('#grid .byte').first().focus()
    expect(await bytesOf(page)).toBe('c0')
    expect(await verdictOf(page)).toContain('Incomplete')
    await page.keyboard.press('Delete')
    await page.locator('#grid [tabindex="0"]').focus()
    await page.keyboard.type('d0')
    expect(await bytesOf(page)).toBe('d0')
  })

  test('everything works with the keyboard, from the address bar to an edited byte', async () => {
    page = await openPage(fragment(PUBLISH, 'c000'))
    const active = (): Promise<string> =>
      page.evaluate(() => document.activeElement!.getAttribute('aria-label'))
    for (let presses = 0; presses < 30 && !(await active())?.includes('byte 0'); presses++)
      await page.keyboard.press('Tab')
    expect(await active()).toBe('32, byte 0, Type and flags')
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe('solid')
    await page.keyboard.press('End')
    expect(await active()).toBe('00, byte 12, Remaining Length')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.type('e0')
    expect(await bytesOf(page)).toBe(`${PUBLISH}e000`)
    for (let presses = 0; presses < 30; presses++) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(() => document.activeElement!.role === 'treeitem')) break
    }
    await page.keyboard.press('Home')
    expect(await active()).toMatch(/^PUBLISH/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await active()).toMatch(/^Fixed header/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await active()).toMatch(/^Topic Name, 'a\/b', §/)
    expect(await page.locator('#grid .byte.selected').allTextContents()).toEqual([
      '00',
      '03',
      '61',
      '2f',
      '62',
    ])
    await page.keyboard.press('ArrowLeft')
    expect(await active()).toMatch(/^Variable header/)
    await page.keyboard.press('End')
    expect(await active()).toMatch(/^Remaining Length, 0 bytes follow/)
  })
})

describeInBrowser('the form', () => {
  const control = (label: string) => page.locator('#form').getByLabel(label, { exact: true })

  test('edits are encoded at once', async () => {
    page = await openPage(fragment('c000', PUBLISH, 'e000'))
    await cell(4).click()
    await control('Topic').fill('größe')
    await control('Payload').fill('21.5\n')
    await control('QoS').selectOption('2')
    await control('Retain').check()
    const expected = {
      type: 'publish',
      topic: 'größe',
      payload: '21.5\n',
      qos: 2,
      packetId: 7,
      retain: true,
    } as const
    expect(await bytesOf(page)).toBe(`c000${hex(expected)}e000`)
    await control('QoS').selectOption('0')
    expect(await bytesOf(page)).toBe(`c000${hex({ ...expected, qos: 0, packetId: undefined })}e000`)
    await page.locator('#form').getByLabel('Payload: text or hexadecimal').selectOption('hexadecimal')
    await control('Payload').fill('ff 00')
    expect(await bytesOf(page)).toContain('ff00e000')
  })

  test('an edit that breaks a rule is refused with the rule, and changes no byte', async () => {
    page = await openPage(fragment(PUBLISH))
    await control('Topic').fill('a/#')
    expect(await page.locator('#problem').textContent()).toContain('MQTT-3.3.2-2')
    expect(await control('Topic').getAttribute('aria-invalid')).toBe('true')
    expect(await bytesOf(page)).not.toContain('23')
    await control('Packet identifier').fill('65536')
    await control('Topic').fill('a')
    expect(await page.locator('#problem').textContent()).toContain(
      'packetId must be an integer from 1 to 65535',
    )
    await control('Packet identifier').fill('65535')
    expect(await page.locator('#problem').textContent()).toBe('')
    expect(await bytesOf(page)).toBe(
      hex({ type: 'publish', topic: 'a', payload: 'hi', qos: 1, packetId: 65_535 }),
    )
  })

  test('optional parts of a CONNECT can be added and removed', async () => {
    page = await openPage(fragment(hex({ type: 'connect', clientId: 'c' })))
    await control('Has a password').check()
    await control('Password').fill('p')
    await control('Has a will').check()
    await control('Will topic').fill('w')
    await control('Will QoS').selectOption('1')
    expect(decode(Buffer.from(await bytesOf(page), 'hex'))).toMatchObject({
      username: 'user',
      password: Buffer.from('p'),
      will: { topic: 'w', payload: Buffer.from('offline'), qos: 1, retain: false },
    })
    await control('Has a user name').uncheck()
    await control('Has a will').uncheck()
    await control('Protocol').selectOption('MQIsdp')
    expect(await bytesOf(page)).toBe(hex({ type: 'connect', protocolName: 'MQIsdp', clientId: 'c' }))
  })

  test('list entries can be added and removed', async () => {
    page = await openPage(
      fragment(hex({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'a', qos: 0 }] })),
    )
    await page.getByRole('button', { name: 'Add a subscription' }).click()
    await page.locator('[data-property="subscriptions[1].topicFilter"]').fill('b/+')
    await page.getByRole('button', { name: 'Remove subscription 1' }).click()
    const left = { type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'b/+', qos: 0 }] } as const
    expect(await bytesOf(page)).toBe(hex(left))
    await page.getByRole('button', { name: 'Remove subscription 1' }).click()
    expect(await page.locator('#problem').textContent()).toContain('MQTT-3.8.3-3')
    expect(await bytesOf(page)).toBe(hex(left))
  })

  test('every type of packet can be added, and removed', async () => {
    page = await openPage(fragment('c000'))
    const types: string[] = await page
      .getByLabel('Type of the packet to add')
      .locator('option')
      .evaluateAll((options: HTMLOptionElement[]) => options.map(({ value }) => value))
    expect(types).toHaveLength(14)
    for (const type of types) {
      await page.getByLabel('Type of the packet to add').selectOption(type)
      await page.getByRole('button', { name: 'Add a packet' }).click()
      expect(await verdictOf(page), type).toContain('Valid: 2 packets')
      expect(await page.locator('#form .hint').first().textContent()).toContain(
        `${type.toUpperCase()}, packet 2 of 2`,
      )
      await page.getByRole('button', { name: 'Remove this packet' }).click()
      expect(await bytesOf(page)).toBe('c000')
    }
  })

  test('a control highlights its bytes', async () => {
    page = await openPage(fragment(PUBLISH))
    await control('Packet identifier').focus()
    expect(await page.locator('#grid .byte.selected').allTextContents()).toEqual(['00', '07'])
  })
})

describeInBrowser('sharing', () => {
  test('a link contains the bytes and the options', async () => {
    page = await openPage(fragment('40020000'))
    await page.locator('summary').click()
    await page.locator('[data-value=packet-identifier-zero]').check()
    await page.getByLabel('The receiver is').selectOption('server')
    await page.getByRole('button', { name: 'Share' }).click()
    await page.waitForFunction(() => document.querySelector('#taken')!.textContent!.includes('address bar'))
    const { hash } = new URL(page.url())
    await closePage(page)
    page = await openPage(hash)
    expect(await bytesOf(page)).toBe('40020000')
    expect(await verdictOf(page)).toContain('Valid')
    expect(await page.getByLabel('The receiver is').inputValue()).toBe('server')
  })

  test('the open page follows another link', async () => {
    page = await openPage(fragment('c000'))
    await page.evaluate(() => {
      location.hash = '#hex=d000'
    })
    await page.waitForFunction(() => document.querySelector('#grid .byte')!.textContent === 'd0')
  })

  test.each([
    '#hex=c',
    '#hex=zz',
    '#hex=c000&role=king',
    '#hex=c000&protocols=5',
    '#hex=c000&tolerate=[',
    '#hex=c000&tolerate=["no-such-code"]',
    '#hex=c000&tolerate={}',
    '#hex=c000&tolerate=null',
    '#hex=c000&tolerate=[null]',
    '#hex=c000&max-packet-size=-1',
    '#hex=c000&max-packet-size=x',
  ])('an invalid link is reported: %s', async (hash) => {
    page = await openPage(hash)
    expect(await page.locator('#taken').textContent()).toMatch(/^The link is not valid: /)
    await enter(page, 'c000')
    expect(await verdictOf(page)).toContain('Valid')
  })

  test.each(['#', '#top', '#%', '#%00%ff', '#hexes=c000'])(
    'another fragment is ignored: %s',
    async (hash) => {
      page = await openPage(hash)
      expect(await verdictOf(page)).toContain('Valid: 6 packets')
    },
  )
})

describeInBrowser('mqtt-wire explain --html', () => {
  const run = (args: readonly string[], input = '') =>
    spawnSync(process.execPath, [MAIN, 'explain', ...args], { input })

  test('writes the page with the input to a file', async () => {
    const file = join(DIRECTORY, 'given.html')
    const { status, stdout, stderr } = run([
      '--html',
      file,
      '3207',
      '0003612f62',
      '00076869',
      '--role',
      'client',
    ])
    expect([status, String(stdout), String(stderr)]).toEqual([0, '', ''])
    page = await openPage('', {}, file)
    expect(await bytesOf(page)).toBe('32070003612f6200076869')
    expect(await page.locator('#taken').textContent()).toBe('the argument: hexadecimal text, 11 bytes.')
    expect(await page.getByLabel('The receiver is').inputValue()).toBe('client')
  })

  test('writes it to standard output, with one stream per connection', async () => {
    const { status, stdout } = run(['test/fixtures/session.ndjson', '--html'])
    expect(status).toBe(0)
    const file = join(DIRECTORY, 'session.html')
    writeFileSync(file, stdout)
    page = await openPage('', {}, file)
    expect(await page.locator('#taken').textContent()).toMatch(
      /session\.ndjson: a recording, [\d,]+ bytes in \d+ streams\.$/,
    )
    const streams = await page.locator('#stream option').count()
    expect(streams).toBeGreaterThan(2)
    for (let index = 0; index < streams; index++) {
      await page.locator('#stream').selectOption({ index })
      expect(await verdictOf(page)).toContain('Valid')
    }
  })

  test('names and connections that look like HTML stay text', async () => {
    const name = '<script>alert(1)<\\script><!--.ndjson'
    const evil = '</script><script>alert(1)</script>$&<img src=x onerror=alert(1)>\u202e'
    writeFileSync(
      join(DIRECTORY, name),
      JSON.stringify({ bytes: 'c000', connection: evil, direction: 'c2s' }) +
        '\n' +
        JSON.stringify({ bytes: 'd000', connection: evil, direction: 's2c' }),
    )
    const file = join(DIRECTORY, 'evil.html')
    expect(run(['--html', join(DIRECTORY, name), file]).status).toBe(0)
    page = await openPage('', {}, file)
    expect(await page.locator('#stream option').first().textContent()).toContain(
      '</script><script>alert(1)</script>$&<img src=x onerror=al',
    )
    expect(await page.locator('script').count()).toBe(3)
    expect(await page.locator('img').count()).toBe(0)
  })

  test('reports why it cannot write', () => {
    const { status, stderr } = run(['c000', '--html', join(DIRECTORY, 'no/such/folder.html')])
    expect(status).toBe(1)
    expect(String(stderr)).toContain('the page cannot be written')
    page = undefined
  })
})
