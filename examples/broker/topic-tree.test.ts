import fc from 'fast-check'
import { isTopicFilter, topicMatches } from 'mqtt-wire'
import { expect, test } from 'vitest'
import { TopicTree } from './topic-tree.js'

// The tree, compared with the library's own matching of one filter with one topic.

const level = fc.constantFrom('', 'a', 'b', '$a', '$SYS')
const topic = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((text) => text !== '')
const filter = fc
  .array(fc.oneof(level, fc.constantFrom('+', '#')), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter(isTopicFilter)

function treeOf(keys: Iterable<string>): TopicTree<string> {
  const tree = new TopicTree<string>()
  for (const key of keys) tree.set(key, key)
  return tree
}

test('finds the filters that match a topic, each once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(filter), topic, (filters, name) => {
      const expected = filters.filter((each) => topicMatches(each, name))
      expect(treeOf(filters).ofFiltersMatching(name).sort()).toEqual(expected.sort())
    }),
    { numRuns: 2_000 },
  )
})

test('finds the topics that a filter matches, each once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(topic), filter, (topics, each) => {
      const expected = topics.filter((name) => topicMatches(each, name))
      expect([...treeOf(topics).ofTopicsMatching(each)].sort()).toEqual(expected.sort())
    }),
    { numRuns: 2_000 },
  )
})

test('holds what was set and not deleted, and is empty at the end', () => {
  fc.assert(
    fc.property(fc.uniqueArray(topic), fc.uniqueArray(topic), (topics, deleted) => {
      const tree = treeOf(topics)
      for (const name of deleted) tree.delete(name)
      for (const name of [...topics, ...deleted])
        expect(tree.get(name)).toBe(topics.includes(name) && !deleted.includes(name) ? name : undefined)
      for (const name of topics) tree.delete(name)
      expect(Reflect.get(tree, 'root').children?.size ?? 0).toBe(0) // nothing is left of the levels between
    }),
  )
})

test('may change while the topics that a filter matches are read', () => {
  const tree = treeOf(['a/1', 'a/2', 'a/3', 'b'])
  const found: string[] = []
  for (const name of tree.ofTopicsMatching('#')) {
    found.push(name)
    tree.delete('a/2')
    tree.set('a/4', 'a/4')
  }
  expect(found).toEqual(['a/1', 'a/3', 'a/4', 'b'])
})
