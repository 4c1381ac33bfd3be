// What mqtt-packet's users call of Node's EventEmitter. Browsers have no `node:events`.

// biome-ignore lint/suspicious/noExplicitAny: an event may have any arguments
type Listener = ((this: any, ...args: any[]) => void) & { listener?: Listener }

export class Emitter {
  /** By event. A list is never changed, only replaced: one that is being called stays as it is. */
  private readonly lists = new Map<string | symbol, readonly Listener[]>()

  /** @throws TypeError if `listener` is not a function */
  on(event: string | symbol, listener: Listener): this {
    if (typeof listener !== 'function') throw new TypeError('a listener must be a function')
    this.lists.set(event, [...(this.lists.get(event) ?? []), listener])
    return this
  }

  addListener(event: string | symbol, listener: Listener): this {
    return this.on(event, listener)
  }

  once(event: string | symbol, listener: Listener): this {
    const wrapper: Listener = (...args) => {
      this.removeListener(event, wrapper)
      listener.apply(this, args)
    }
    wrapper.listener = listener
    return this.on(event, wrapper)
  }

  /** Removes the listener that was added last. */
  removeListener(event: string | symbol, listener: Listener): this {
    const list = this.lists.get(event) ?? []
    for (let index = list.length - 1; index >= 0; index--) {
      if (list[index] !== listener && list[index]!.listener !== listener) continue
      this.lists.set(event, [...list.slice(0, index), ...list.slice(index + 1)])
      break
    }
    return this
  }

  off(event: string | symbol, listener: Listener): this {
    return this.removeListener(event, listener)
  }

  removeAllListeners(event?: string | symbol): this {
    if (event === undefined) this.lists.clear()
    else this.lists.delete(event)
    return this
  }

  listenerCount(event: string | symbol): number {
    return this.lists.get(event)?.length ?? 0
  }

  /**
   * Calls the listeners in their order.
   *
   * @returns whether there were any
   * @throws whatever a listener throws; the error itself if the event is `'error'` and nobody listens
   */
  emit(event: string | symbol, ...args: unknown[]): boolean {
    const list = this.lists.get(event)
    if (list === undefined || list.length === 0) {
      if (event === 'error') throw args[0] ?? new Error('an error that nobody listens to')
      return false
    }
    for (const listener of list) listener.apply(this, args)
    return true
  }
}
