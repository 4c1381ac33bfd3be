// Opens a source of chunks for reading: any iterable, with special cases for streams.

import { show } from '../show.ts'

/** A source of chunks, opened for reading. */
export interface Chunks {
  next(): PromiseLike<{ readonly done?: boolean | undefined; readonly value?: unknown }>
  /** Stops reading and leaves the source open. */
  release(): unknown
  /** Closes the source, even while a call of `next` is pending. */
  close(reason: unknown): unknown
}

interface NodeStream {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterator<unknown>
  destroy(): unknown
}

interface StreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
  cancel(reason: unknown): Promise<void>
  releaseLock(): void
}

export function chunksOf(source: unknown): Chunks {
  if (has(source, 'iterator') && has(source, 'destroy')) return chunksOfNodeStream(source as never)
  if (has(source, 'getReader')) return chunksOfReadableStream(source as never)
  if (has(source, Symbol.asyncIterator)) return chunksOfIterable(source, Symbol.asyncIterator)
  if (has(source, Symbol.iterator)) return chunksOfIterable(source, Symbol.iterator)
  throw new TypeError(`expected a stream or an iterable of Uint8Arrays, not ${show(source)}`)
}

function has<Name extends PropertyKey>(
  value: unknown,
  name: Name,
): value is Record<Name, () => Iterator<unknown> | AsyncIterator<unknown>> {
  return typeof (value as Record<Name, unknown> | undefined | null)?.[name] === 'function'
}

function chunksOfNodeStream(stream: NodeStream): Chunks {
  const iterator = stream.iterator({ destroyOnReturn: false })
  return {
    next: () => iterator.next(),
    release: () => iterator.return?.(), // removes the listeners
    // Not through the iterator, which would wait for the next chunk. Its listeners stay attached and catch errors from closing.
    close: () => void stream.destroy(),
  }
}

/** Uses a reader rather than `values()`, which Safari does not have and which cannot cancel while a read is pending. */
function chunksOfReadableStream(stream: { getReader(): StreamReader }): Chunks {
  const reader = stream.getReader()
  return {
    next: () => reader.read(),
    release: () => reader.releaseLock(),
    close(reason) {
      const cancelled = reader.cancel(reason)
      reader.releaseLock()
      return cancelled
    },
  }
}

function chunksOfIterable<Method extends symbol>(
  source: Record<Method, () => Iterator<unknown> | AsyncIterator<unknown>>,
  method: Method,
): Chunks {
  const iterator = source[method]()
  return {
    async next() {
      const { done, value } = await iterator.next()
      return { done, value: await value } // a synchronous iterable may yield promises
    },
    release() {},
    close: () => iterator.return?.(),
  }
}
