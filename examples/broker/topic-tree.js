// Values under topic names or topic filters, in a tree of their levels (§4.7).

/** @template Value */
class Node {
  /** @type {Map<string, Node<Value>> | undefined} */
  children
  /** @type {Value | undefined} */
  value
}

/** @template Value */
export class TopicTree {
  /** @type {Node<Value>} */
  /** @private @type {Node<Value>} */
  root = new Node()

  /**
   * @param {string} topic
   * @returns {Value | undefined}
   */
  get(topic) {
    /** @type {Node<Value> | undefined} */
    let node = this.root
    for (const level of topic.split('/')) node = node?.children?.get(level)
    return node?.value
  }

  /**
   * @param {string} topic
   * @param {Value} value
   */
  set(topic, value) {
    let node = this.root
    for (const level of topic.split('/')) {
      node.children ??= new Map()
      let child = node.children.get(level)
      if (child === undefined) {
        child = new Node()
        node.children.set(level, child)
      }
      node = child
    }
    node.value = value
  }

  /** @param {string} topic */
  delete(topic) {
    const levels = topic.split('/')
    const path = [this.root]
    for (const level of levels) {
      const child = path[path.length - 1]?.children?.get(level)
      if (child === undefined) return
      path.push(child)
    }
    let node = /** @type {Node<Value>} */ (path.pop())
    node.value = undefined
    for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
      if (node.value !== undefined || node.children?.size) return
      node = /** @type {Node<Value>} */ (path.pop())
      node.children?.delete(level)
    }
  }

  /**
   * Where the keys are topic filters: the values of those that match a topic name.
   *
   * @param {string} topic
   * @returns {Value[]}
   */
  ofFiltersMatching(topic) {
    const levels = topic.split('/')
    /** @type {Value[]} */
    const found = []
    /** @param {Node<Value> | undefined} node */
    const take = (node) => {
      if (node?.value !== undefined) found.push(node.value)
    }
    /**
     * @param {Node<Value>} node
     * @param {number} depth
     */
    const walk = ({ children }, depth) => {
      if (children === undefined) return
      const isHidden = depth === 0 && topic.startsWith('$') // [MQTT-4.7.2-1]
      if (!isHidden) take(children.get('#'))
      for (const level of isHidden ? [levels[0]] : [levels[depth], '+']) {
        const child = children.get(/** @type {string} */ (level))
        if (child === undefined) continue
        if (depth + 1 < levels.length) walk(child, depth + 1)
        else {
          take(child)
          take(child.children?.get('#')) // # stands for its parent level, too
        }
      }
    }
    walk(this.root, 0)
    return found
  }

  /**
   * Where the keys are topic names: the values of those that a topic filter matches. The tree may change meanwhile.
   *
   * @param {string} filter
   * @returns {Generator<Value, undefined>}
   */
  *ofTopicsMatching(filter) {
    yield* under(this.root, filter.split('/'), 0, true)
  }
}

/**
 * @template Value
 * @param {Node<Value>} node
 * @param {string[]} levels of the filter
 * @param {number} depth of the level that the node's children are compared with
 * @param {boolean} isRoot
 * @returns {Generator<Value, undefined>}
 */
function* under(node, levels, depth, isRoot) {
  const level = levels[depth]
  const isOpen = level === '#' // it stands for its parent level, too
  if ((isOpen || level === undefined) && node.value !== undefined) yield node.value
  if (level === undefined || node.children === undefined) return
  if (isOpen || level === '+') {
    for (const [name, child] of node.children)
      if (!isRoot || !name.startsWith('$')) yield* under(child, levels, isOpen ? depth : depth + 1, false) // [MQTT-4.7.2-1]
  } else {
    const child = node.children.get(level)
    if (child !== undefined) yield* under(child, levels, depth + 1, false)
  }
}
