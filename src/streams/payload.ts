// The payload of a streamed PUBLISH: an async iterable of pieces, read from the stream on demand.

/** A pending call of `next`. */
export interface Request<Value> {
  resolve(result: IteratorResult<Value, undefined>): void
  reject(reason: unknown): void
}

export const DONE: IteratorReturnResult<undefined> = /* @__PURE__ */ Object.freeze({
  done: true,
  value: undefined,
})

/** It can be read once: delivered pieces are not stored. */
export class Payload<Bytes> implements AsyncIterable<Bytes> {
  readonly #request: () => void
  #requests: Request<Bytes>[] = []
  #isTaken = false
  /** Whether it was read to its end or left. */
  #isOver = false
  #failure: { readonly reason: unknown } | undefined = undefined

  /** @param request called for each piece that is needed; answer with {@link deliver} */
  constructor(request: () => void) {
    this.#request = request
  }

  /** Whether a call of `next` is pending. */
  get isWanted(): boolean {
    return this.#requests.length > 0
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Bytes> {
    if (this.#isTaken) throw new TypeError('a payload can be read only once')
    this.#isTaken = true
    return {
      next: () => this.#next(),
      return: async (value?: unknown) => {
        this.#finish()
        return { done: true, value: await value }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** Delivers the next piece. */
  deliver(bytes: Bytes, remaining: number): void {
    this.#requests.shift()!.resolve({ done: false, value: bytes })
    if (remaining === 0) this.#finish()
  }

  /** Makes pending and later reads throw `reason`. Does nothing if the payload was read to its end. */
  fail(reason: unknown): void {
    if (this.#isOver) return
    this.#failure = { reason }
    for (const { reject } of this.#takeRequests()) reject(reason)
  }

  #next(): Promise<IteratorResult<Bytes, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure.reason)
      if (this.#isOver) return resolve(DONE)
      this.#requests.push({ resolve, reject })
      this.#request()
    })
  }

  #finish(): void {
    this.#isOver = true
    for (const { resolve } of this.#takeRequests()) resolve(DONE)
  }

  #takeRequests(): Request<Bytes>[] {
    const requests = this.#requests
    this.#requests = []
    return requests
  }
}
