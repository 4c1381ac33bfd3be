import { beforeEach, describe, expect, test } from 'vitest'
import { bytesOf, clearBytes, keepBytes, outgoingPolicy } from '../../src/topic/cache-outgoing.ts'
import { prefixed } from '../support/bytes.ts'
import { heldBy } from '../support/memory.ts'
import { foundAfterThree, POPULATIONS } from '../support/topics.ts'

const content = (name: string): Uint8Array => prefixed(new TextEncoder().encode(name))

beforeEach(() => clearBytes())

/** Looks a name up, and adds it if it is missing, like encoding a PUBLISH. Returns whether it was found. */
function meet(name: string): boolean {
  const bytes = bytesOf(name)
  if (bytes === undefined) keepBytes(name, content(name))
  return bytes !== undefined
}

describe('repeated names', () => {
  test.each(['a', 'a/topic', 'größe/温度/🌡', '12345678', '__proto__', 'toString', 'x'.repeat(128)])(
    '%s is found from the third time on',
    (name) => {
      expect([meet(name), meet(name), meet(name)]).toEqual([false, false, true])
      expect(bytesOf(name)).toEqual(content(name))
      expect(bytesOf(`${name}x`)).toBeUndefined()
    },
  )

  test.each(['x'.repeat(129), 'é'.repeat(65)])('a name of more than 128 bytes is not kept', (name) => {
    for (let times = 0; times < 4; times++) expect(meet(name)).toBe(false)
  })

  test.each([undefined, null, 7, Symbol('name'), {}])('%s is not found', (name) => {
    meet('7')
    meet('7')
    expect(bytesOf(name)).toBeUndefined()
  })

  test('have separate bytes, also with Buffer', () => {
    const bytes = Buffer.from(content('a/topic/name'))
    for (let times = 0; times < 2; times++) {
      bytesOf('a/topic/name')
      keepBytes('a/topic/name', bytes)
    }
    bytes.fill(0)
    expect(bytesOf('a/topic/name')).toEqual(content('a/topic/name'))
  })

  test('are added only after they were not found', () => {
    meet('another/name')
    for (let times = 0; times < 3; times++) keepBytes('never/asked/for', content('never/asked/for'))
    expect(bytesOf('never/asked/for')).toBeUndefined()
  })

  test('are not added because another name was repeated', () => {
    expect([meet('a/topic/name'), meet('another/name'), meet('another/name')]).toEqual([false, false, false])
  })

  test('are not added while look-ups are paused', () => {
    expect(bytesOf('a/topic/name')).toBeUndefined() // not found, but not encoded afterwards
    outgoingPolicy.enabled = false
    for (let times = 0; times < 3; times++) meet('another/name')
    outgoingPolicy.enabled = true
    expect([meet('another/name'), meet('another/name'), meet('another/name')]).toEqual([false, false, true])
  })

  test.each(POPULATIONS)('after three appearances nine in ten are found: $title', ({ topics, length }) => {
    expect(foundAfterThree(topics, length, meet)).toBeGreaterThan(90)
  })

  test('are limited to 4,096', () => {
    const names = Array.from({ length: 4_096 }, (_, index) => `device/${index}`)
    for (const name of names) {
      outgoingPolicy.clear()
      for (let times = 0; times < 2; times++) meet(name)
    }
    const known = (): number => names.filter((name) => bytesOf(name) !== undefined).length
    expect(known()).toBe(4_096)
    for (let times = 0; times < 2; times++) meet('one/more')
    expect(known()).toBe(0)
    expect(bytesOf('one/more')).toEqual(content('one/more'))
  })

  test('are removed by clear', () => {
    for (let times = 0; times < 3; times++) meet('a/topic/name')
    clearBytes()
    expect([meet('a/topic/name'), meet('a/topic/name'), meet('a/topic/name')]).toEqual([false, false, true])
  })
})

describe('the string that a name was sliced from is not kept alive', () => {
  const KINDS: Record<string, (text: string, index: number) => string> = {
    slice: (text) => text.slice(4_001, 4_033),
    'long slice': (text) => text.slice(4_001, 4_121),
    'slice that is not a number, but looks like one': (text) => text.slice(4_000, 4_007),
    split: (text) => text.split('|')[1]!,
    match: (text) => /\/(\d+\/\d+\/)/.exec(text)![1]!,
    concatenation: (text, index) => `${text.slice(9, 40)}${index}`,
    replace: (text) => text.slice(4_001, 4_033).replace('0', 'x'),
  }

  test.each(Object.keys(KINDS))('%s', (kind) => {
    const held = heldBy(() => {
      for (let index = 0; index < 300; index++) {
        const text = `|${`${String(index).padStart(7, '0')}/`.repeat(16_384)}|`.replace('/0', `/|${index}/`)
        const name = KINDS[kind]!(text, index)
        for (let times = 0; times < 4; times++) meet(name)
      }
    })
    expect(held).toBeLessThan(1_000_000) // of 39 MB
  })

  test('and neither is the last name that was not cached', () => {
    const held = heldBy(() => {
      const text = 'a name, '.repeat(1_000_000)
      bytesOf(text.slice(3, 40))
      keepBytes(text.slice(3, 40), content(text.slice(3, 40)))
      bytesOf(text.slice(5, 50))
    })
    expect(held).toBeLessThan(1_000_000) // of 8 MB
  })
})
