import { describe, expect, test } from 'vitest'
import { decode, encode, PacketDecoderStream } from '../src/index.ts'

// PacketDecoderStream and the host's own TransformStream get the same calls, with one packet per chunk.

type Step = 'read' | 'write' | 'write bad' | 'close' | 'abort' | 'cancel'
const STEPS: readonly Step[] = ['read', 'write', 'write bad', 'close', 'abort', 'cancel']
const GOOD = encode({ type: 'pingreq' })
const BAD = Uint8Array.of(0)

const ours = () => new PacketDecoderStream()
const theirs = () =>
  new TransformStream({
    transform(chunk: Uint8Array, controller) {
      controller.enqueue(decode(chunk))
    },
  })

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What has become of every promise, after each step. */
async function play(
  make: () => { readable: ReadableStream; writable: WritableStream },
  steps: readonly Step[],
) {
  const { readable, writable } = make()
  const reader = readable.getReader()
  const writer = writable.getWriter()
  const outcomes: string[] = []
  const watch = (name: string, promise: Promise<unknown>): void => {
    const index = outcomes.push(`${name}: pending`) - 1
    promise.then(
      (value) => {
        outcomes[index] = `${name}: ${JSON.stringify(value)}`
      },
      (error) => {
        outcomes[index] = `${name}: rejects with ${error?.code ?? error?.name ?? error}`
      },
    )
  }
  watch('reader closed', reader.closed)
  watch('writer closed', writer.closed)
  const history: string[][] = []
  for (const step of steps) {
    if (step === 'read')
      watch(
        step,
        call(() => reader.read()),
      )
    if (step === 'write')
      watch(
        step,
        call(() => writer.write(GOOD)),
      )
    if (step === 'write bad')
      watch(
        step,
        call(() => writer.write(BAD)),
      )
    if (step === 'close')
      watch(
        step,
        call(() => writer.close()),
      )
    if (step === 'abort')
      watch(
        step,
        call(() => writer.abort('the reason to abort')),
      )
    if (step === 'cancel')
      watch(
        step,
        call(() => reader.cancel('the reason to cancel')),
      )
    await settled()
    history.push([...outcomes, `desired size ${attempt(() => writer.desiredSize)}`])
  }
  return history
}

/** What Node throws at once, for instance from a write after an abort, counts as a rejection. */
async function call(action: () => Promise<unknown>): Promise<unknown> {
  return action()
}

function attempt(get: () => unknown): unknown {
  try {
    return get()
  } catch (error) {
    return `throws ${(error as Error).name}`
  }
}

const scripts = (length: number): Step[][] =>
  length === 0 ? [[]] : scripts(length - 1).flatMap((script) => STEPS.map((step) => [...script, step]))

describe('PacketDecoderStream settles as a TransformStream does', () => {
  test.each([1, 2, 3, 4])('after every %i calls', async (length) => {
    for (const script of scripts(length)) {
      expect(await play(ours, script), script.join(', ')).toEqual(await play(theirs, script))
    }
  })
})
