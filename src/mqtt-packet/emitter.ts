// Replaces Node's EventEmitter for mqtt-packet's users. Browsers have no `node:events`.

type Name = string | symbol
// biome-ignore lint/suspicious/noExplicitAny: an event may have any arguments
type Listener = ((this: any, ...args: any[]) => void) & { listener?: Listener }

export class Emitter {
  /** By event. A list is replaced, never modified, so that a list being called does not change. */
  private readonly lists = new Map<Name, readonly Listener[]>()

  /** @throws TypeError if `listener` is not a function */
  on(event: Name, listener: Listener): this {
    return this.replace(event, [...this.rawListeners(event), checked(listener)])
  }

  addListener(event: Name, listener: Listener): this {
    return this.on(event, listener)
  }

  prependListener(event: Name, listener: Listener): this {
    return this.replace(event, [checked(listener), ...this.rawListeners(event)])
  }

  once(event: Name, listener: Listener): this {
    return this.on(event, this.calledOnce(event, listener))
  }

  prependOnceListener(event: Name, listener: Listener): this {
    return this.prependListener(event, this.calledOnce(event, listener))
  }

  /** Removes the listener that was added last. */
  removeListener(event: Name, listener: Listener): this {
    const list = this.rawListeners(event)
    const index = Math.max(list.lastIndexOf(listener), this.listeners(event).lastIndexOf(listener))
    if (index >= 0) list.splice(index, 1)
    return this.replace(event, list)
  }

  off(event: Name, listener: Listener): this {
    return this.removeListener(event, listener)
  }

  removeAllListeners(event?: Name): this {
    if (event === undefined) this.lists.clear()
    else this.lists.delete(event)
    return this
  }

  /**
   * Calls the listeners in order.
   *
   * @returns whether there were any
   * @throws what a listener throws; the error itself if the event is `'error'` and there are no listeners
   */
  emit(event: Name, ...args: unknown[]): boolean {
    const list = this.lists.get(event)
    if (list === undefined) {
      if (event === 'error') throw args[0] ?? new Error("unhandled 'error' event")
      return false
    }
    for (const listener of list) listener.apply(this, args)
    return true
  }

  eventNames(): Name[] {
    return [...this.lists.keys()]
  }

  listenerCount(event: Name): number {
    return this.rawListeners(event).length
  }

  listeners(event: Name): Listener[] {
    return this.rawListeners(event).map((each) => each.listener ?? each)
  }

  /** Includes the wrappers that `once` created. */
  rawListeners(event: Name): Listener[] {
    return [...(this.lists.get(event) ?? [])]
  }

  /** There is no limit. */
  getMaxListeners(): number {
    return Number.POSITIVE_INFINITY
  }

  setMaxListeners(_count: number): this {
    return this
  }

  private replace(event: Name, list: readonly Listener[]): this {
    if (list.length === 0) this.lists.delete(event)
    else this.lists.set(event, list)
    return this
  }

  private calledOnce(event: Name, listener: Listener): Listener {
    const wrapper: Listener = (...args) => {
      this.removeListener(event, wrapper)
      listener.apply(this, args)
    }
    wrapper.listener = checked(listener)
    return wrapper
  }
}

function checked(listener: Listener): Listener {
  if (typeof listener !== 'function') throw new TypeError('a listener must be a function')
  return listener
}
