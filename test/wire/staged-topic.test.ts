import { describe, expect, test } from 'vitest'
import { stageTopicName, writeTopicName } from '../../src/wire/staged-topic.ts'
import { join, prefixed } from '../support/bytes.ts'

const CHARACTERS = [
  '\u0001',
  '\u007f',
  '\u0080',
  '\u07ff',
  '\u0800',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '"',
  '$',
  '*',
  ',',
]

/** Writes the name between bytes that must stay as they are. */
function written(name: string): Uint8Array {
  const content = new TextEncoder().encode(name)
  const target = new Uint8Array(1 + 2 + content.length + 1).fill(0xaa)
  expect(writeTopicName(target, 1, name)).toBe(1 + 2 + content.length)
  expect(target).toEqual(join(Uint8Array.of(0xaa), prefixed(content), Uint8Array.of(0xaa)))
  return content
}

describe('a sound name', () => {
  test.each([1, 2, 63, 64])('of %i characters is staged, and written', (length) => {
    for (const character of CHARACTERS) {
      const name = character.repeat(length)
      const size = stageTopicName(name)
      expect(size).toBe(2 + written(name).length)
    }
  })

  test('is written, whatever else was staged', () => {
    for (const other of ['other', 'a#', '']) {
      stageTopicName('a/name')
      stageTopicName(other)
      written('a/name')
      written('größe')
    }
  })
})

test.each([
  ['', 'empty'],
  ['x'.repeat(65), 'long'],
  ['a/+', 'with a wildcard'],
  ['#', 'with the other wildcard'],
  ['a\0', 'with U+0000'],
  ['a\ud800', 'with half a pair of surrogates'],
  ['\udfffa', 'with the other half'],
  ['😀', 'with a pair of surrogates'],
])('%j, %s, is not staged', (name) => {
  expect(stageTopicName(name)).toBe(0)
})
