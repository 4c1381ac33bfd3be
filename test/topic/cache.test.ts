import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decode, encode, PacketParser, type Publish, topicCache } from '../../src/index.ts'
import { TopicCache } from '../../src/topic/cache.ts'
import { bytes } from '../support/bytes.ts'

/** `name` at `start` of some memory. */
function place(name: string, start = 3): { view: DataView; start: number; end: number } {
  const text = Buffer.from(name)
  const memory = new Uint8Array(start + text.length + 2).fill(0x61)
  memory.set(text, start)
  return { view: new DataView(memory.buffer), start, end: start + text.length }
}

function find(cache: TopicCache, name: string): string | undefined {
  const { view, start, end } = place(name)
  return cache.find(view, start, end)
}

/** Looks a name up and offers it, as reading a PUBLISH does. */
function meet(cache: TopicCache, name: string): string | undefined {
  const { view, start, end } = place(name)
  const known = cache.find(view, start, end)
  if (known === undefined && cache.sought !== 0) cache.add(view, start, end, name)
  return known
}

describe('topic names that come again', () => {
  test.each([8, 9, 16, 17, 20, 25, 32, 33, 47, 56])(
    'a name of %i bytes is kept on second sight',
    (length) => {
      const cache = new TopicCache()
      const name = 'sensor/temperature/'.repeat(4).slice(0, length)
      expect([meet(cache, name), meet(cache, name), meet(cache, name)]).toEqual([undefined, undefined, name])
      for (let index = 0; index < length; index++) {
        expect(find(cache, `${name.slice(0, index)}X${name.slice(index + 1)}`)).toBeUndefined()
        expect(find(cache, name)).toBe(name)
      }
      expect(find(cache, `${name}x`)).toBeUndefined()
      expect(find(cache, name.slice(1))).toBeUndefined()
    },
  )

  test.each([0, 1, 7, 57, 100])('a name of %i bytes is not kept', (length) => {
    const cache = new TopicCache()
    const name = 'x'.repeat(length)
    for (let times = 0; times < 4; times++) expect(meet(cache, name)).toBeUndefined()
  })

  test('ten thousand names are never taken for one another', () => {
    const cache = new TopicCache()
    for (let round = 0; round < 4; round++) {
      for (let index = 0; index < 10_000; index++) {
        const name = `device/${index}/state`
        const known = meet(cache, name)
        if (known !== undefined && known !== name) expect.fail(`${name} was taken for ${known}`)
      }
    }
  })

  test('names that start and end alike are told apart by their length', () => {
    const cache = new TopicCache()
    const often = 'a/topic/name'
    for (let index = 0; index < 2_000; index++) {
      // So that it goes on looking up.
      for (let times = 0; times < 10; times++) meet(cache, often)
      const pattern = `${index.toString(36).padStart(2, 'z')}/`
      for (let length = 18; length <= 32; length += 3) {
        const name = pattern.repeat(20).slice(0, length)
        const known = meet(cache, name) ?? meet(cache, name)
        if (known !== undefined && known !== name) expect.fail(`${name} was taken for ${known}`)
      }
    }
  })

  test('while nothing is found, hardly anything is looked up', () => {
    const cache = new TopicCache()
    let looked = 0
    for (let index = 0; index < 20_000; index++) {
      meet(cache, `never/again/${index}`)
      if (cache.sought !== 0) looked++
    }
    expect(looked).toBeLessThan(1_000)
  })

  test('it is forgotten on demand, and can be switched off', () => {
    const cache = new TopicCache()
    const name = 'a/topic/name'
    for (let times = 0; times < 3; times++) meet(cache, name)
    expect(find(cache, name)).toBe(name)
    cache.enabled = false
    expect(find(cache, name)).toBeUndefined()
    cache.enabled = true
    expect(find(cache, name)).toBe(name)
    cache.clear()
    expect(find(cache, name)).toBeUndefined()
  })
})

describe('names that collide', () => {
  /** One whose hash is the sum of a name's words, so that collisions are easy to make. */
  const predictable = (): TopicCache => {
    const cache = new TopicCache()
    Reflect.set(cache, 'key', 1)
    return cache
  }
  const keep = (cache: TopicCache, name: string): void => {
    for (let times = 0; times < 2; times++) meet(cache, name)
  }

  test.each([
    ['aaaabbbbccccdddd', 'bbbbaaaaccccdddd'],
    ['aaaabbbbccccdddd', 'aaaabbbbddddcccc'],
    ['aaaabbbbccccddddeeeeffffgggghhhh', 'aaaabbbbddddcccceeeeffffgggghhhh'],
    ['aaaabbbbccccddddeeeeffffgggghhhh', 'aaaabbbbccccddddeeeeffffhhhhgggg'],
  ])('altogether are not taken for one another: %s and %s', (one, other) => {
    const cache = predictable()
    keep(cache, one)
    expect(find(cache, one)).toBe(one)
    expect(find(cache, other)).toBeUndefined()
    keep(cache, other)
    expect(find(cache, other) ?? other).toBe(other)
    expect(find(cache, one) ?? one).toBe(one)
  })

  test.each(['abcd', 'badc'])('in part are kept in two places, of which a third takes one: %s', (firsts) => {
    const [one, two, three, four] = [...firsts].map((first) => `${first}aaabbbbccccdddd`)
    const cache = predictable()
    keep(cache, one!)
    keep(cache, two!)
    expect([find(cache, one!), find(cache, two!)]).toEqual([one, two])
    keep(cache, three!)
    const left = [one!, two!].filter((name) => find(cache, name) === name)
    expect(left).toHaveLength(1)
    expect(find(cache, three!)).toBe(three)
    keep(cache, four!)
    expect([find(cache, three!), find(cache, four!)]).toEqual([three, four])
  })

  test('in part are told apart by their length, where all else is alike', () => {
    const cache = predictable()
    for (const length of [18, 19]) keep(cache, 'a'.repeat(length))
    const found = [18, 19, 20].map((length) => find(cache, 'a'.repeat(length))?.length)
    expect(found).toEqual([18, 19, undefined])
  })

  test('are few: of a hundred names, most are kept', () => {
    const cache = new TopicCache()
    const names = Array.from({ length: 100 }, (_, index) => `device/${100 + index}/state`)
    let found = 0
    for (let round = 0; round < 500; round++)
      found = names.filter((name) => meet(cache, name) === name).length
    expect(found).toBeGreaterThan(80)
  })
})

describe('look-ups', () => {
  let unknown = 0
  const isLookedUp = (cache: TopicCache): boolean => {
    find(cache, `never/before/${unknown++}`)
    return cache.sought !== 0
  }
  /** How many look-ups are left out each time, while nothing is found. */
  const pauses = (cache: TopicCache, count: number): number[] =>
    Array.from({ length: count }, () => {
      let leftOut = 1
      while (isLookedUp(cache));
      while (!isLookedUp(cache)) leftOut++
      return leftOut
    })

  test('are left out for longer and longer, to a limit, and made again', () => {
    const leftOut = pauses(new TopicCache(), 10)
    expect(leftOut[0]).toBeLessThan(100)
    for (let index = 1; index < 5; index++) expect(leftOut[index]).toBeGreaterThan(leftOut[index - 1]!)
    expect(new Set(leftOut.slice(-4)).size).toBe(1)
    expect(leftOut.at(-1)).toBeLessThan(2_000)
  })

  test('go on while enough is found, and are first left out for a short time again', () => {
    const cache = new TopicCache()
    const name = 'a/topic/name'
    for (let times = 0; times < 2; times++) meet(cache, name)
    const [first] = pauses(cache, 5)
    // A pause ends by a look-up, after which the name is found more often than not.
    for (let times = 0; times < 1_000; times++) {
      expect(find(cache, name)).toBe(name)
      expect(isLookedUp(cache)).toBe(true)
    }
    expect(pauses(cache, 1)).toEqual([first])
  })

  test('are left out where little is found', () => {
    const cache = new TopicCache()
    const name = 'a/topic/name'
    for (let times = 0; times < 2; times++) meet(cache, name)
    let made = 0
    for (let times = 0; times < 1_000; times++) {
      if (times % 16 === 0) find(cache, name)
      else if (isLookedUp(cache)) made++
    }
    expect(made).toBeLessThan(200)
  })
})

describe('decoding with it', () => {
  beforeEach(() => topicCache.clear())
  afterEach(() => {
    topicCache.enabled = true
  })

  const topics = ['plain/topic/name', 'größe/der/dinge', '温度/部屋/一', `${'long/'.repeat(12)}topic`]

  test.each([true, false])('gives the same topics, enabled: %s', (enabled) => {
    topicCache.enabled = enabled
    const parser = new PacketParser()
    for (let round = 0; round < 20; round++) {
      for (const topic of topics) {
        const packet = parser.push(encode({ type: 'publish', topic, payload: '' })).read() as Publish
        expect(packet.topic).toBe(topic)
      }
    }
  })

  test.each(topics.slice(0, 3))('keeps %s', (topic) => {
    const { view, start, end } = place(topic)
    const packet = encode({ type: 'publish', topic, payload: '' })
    const isKept = (): boolean => {
      decode(packet)
      return topicCache.find(view, start, end) === topic
    }
    // Until it is looked up again: what else was decoded may have shown that this was not worth it.
    expect(Array.from({ length: 5_000 }, isKept)).toContain(true)
  })

  test.each([
    ['wildcard-in-topic-name', "30 0e 000c 'a/topic/nam#'"],
    ['null-character', "30 0e 000c 'a/topic/nam' 00"],
    ['ill-formed-utf8', "30 0e 000c 'a/topic/nam' ff"],
    ['ill-formed-utf8', "30 0e 000c 'a/topic/n' eda080"],
  ] as const)('what was let pass is refused again: %s', (code, notation) => {
    const packet = bytes(notation)
    const violations: string[] = []
    for (let times = 0; times < 5; times++) {
      decode(packet, { tolerate: [code], onTolerated: (violation) => violations.push(violation.code) })
      expect(() => decode(packet)).toThrow(expect.objectContaining({ code }))
    }
    expect(violations).toEqual(new Array(5).fill(code))
  })

  test('a limit holds for names that are known', () => {
    const packet = encode({ type: 'publish', topic: 'a/topic/name', payload: '' })
    for (let times = 0; times < 5; times++) decode(packet)
    expect(() => decode(packet, { maxTopicLevels: 2 })).toThrow(
      expect.objectContaining({ code: 'too-many-topic-levels' }),
    )
  })
})
