import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { Emitter } from '../../src/mqtt-packet/emitter.ts'

// Each row also runs with Node's EventEmitter, which must behave in the same way.
type Subject = Emitter | EventEmitter
type Log = (text: string) => (...args: unknown[]) => void

const SCRIPTS: Readonly<Record<string, (emitter: Subject, log: Log) => unknown>> = {
  'on and addListener, in order, with arguments': (emitter, log) => {
    emitter.on('e', log('one')).addListener('e', log('two'))
    return [emitter.emit('e', 1, 'x'), emitter.emit('e')]
  },
  prependListener: (emitter, log) => {
    emitter.on('e', log('one')).prependListener('e', log('two'))
    return emitter.emit('e', 1)
  },
  'once and prependOnceListener': (emitter, log) => {
    emitter.on('e', log('every')).once('e', log('once')).prependOnceListener('e', log('first'))
    return [emitter.emit('e', 1), emitter.emit('e', 2)]
  },
  'once, when it emits the event itself': (emitter, log) => {
    emitter.once('e', () => emitter.emit('e', 2)).on('e', log('every'))
    return emitter.emit('e', 1)
  },
  'this is the emitter': (emitter) => {
    let seen: unknown[] = []
    emitter.on('e', function (this: unknown) {
      seen = [...seen, this === emitter]
    })
    emitter.once('e', function (this: unknown) {
      seen = [...seen, this === emitter]
    })
    emitter.emit('e')
    return seen
  },
  'removeListener and off remove the listener that was added last': (emitter, log) => {
    const [one, two] = [log('one'), log('two')]
    emitter.on('e', one).on('e', two).on('e', one)
    emitter.removeListener('e', one).emit('e', 1)
    emitter.off('e', two).off('e', two).off('f', one).emit('e', 2)
    return emitter.listenerCount('e')
  },
  'removeListener of a listener added with once, and of its wrapper': (emitter, log) => {
    const [one, two] = [log('one'), log('two')]
    emitter.once('e', one).once('e', two).removeListener('e', one).emit('e', 1)
    emitter.on('e', one).once('e', one)
    emitter.removeListener('e', emitter.rawListeners('e')[1] as never)
    return [emitter.emit('e', 2), emitter.listeners('e').length]
  },
  'a listener that removes others changes nothing until the next emit': (emitter, log) => {
    const two = log('two')
    emitter.on('e', () => emitter.removeListener('e', two)).on('e', two)
    return [emitter.emit('e', 1), emitter.emit('e', 2)]
  },
  'removeAllListeners of an event, and of all': (emitter, log) => {
    emitter.on('e', log('e')).on('f', log('f')).on('g', log('g'))
    const some = emitter.removeAllListeners('e')
    const left = [some.emit('e'), some.emit('f')]
    return [...left, emitter.removeAllListeners().emit('f'), emitter.emit('g')]
  },
  'eventNames and listenerCount': (emitter, log) => {
    const symbol = Symbol('s')
    emitter.on('e', log('e')).on(symbol, log('s')).once('f', log('f'))
    emitter.emit('f')
    return [emitter.eventNames().length, emitter.listenerCount('e'), emitter.listenerCount('none')]
  },
  'listeners and rawListeners are copies': (emitter, log) => {
    const [one, two] = [log('one'), log('two')]
    emitter.on('e', one).once('e', two)
    emitter.listeners('e').pop()
    emitter.rawListeners('e').pop()
    const [first, second] = emitter.rawListeners('e')
    return [emitter.listeners('e')[1] === two, first === one, second === two, emitter.listeners('none')]
  },
  'setMaxListeners returns the emitter': (emitter) => emitter.setMaxListeners(1) === emitter,
  'an error without a listener is thrown': (emitter) => emitter.emit('error', new Error('mine')),
  'an error with a listener is not thrown': (emitter, log) => {
    return emitter.on('error', log('error')).emit('error', 'mine')
  },
  'an error whose listener was removed is thrown': (emitter, log) => {
    const listener = log('error')
    emitter.on('error', listener).off('error', listener)
    return emitter.emit('error', new Error('mine'))
  },
  'an error thrown by a listener is passed on': (emitter, log) => {
    emitter.on('e', () => {
      throw new Error('mine')
    })
    return emitter.on('e', log('never')).emit('e')
  },
}

function outcomeOf(script: (emitter: Subject, log: Log) => unknown, emitter: Subject): unknown {
  const calls: unknown[] = []
  const log: Log =
    (text) =>
    (...args) =>
      void calls.push([text, ...args])
  try {
    return { result: script(emitter, log), calls }
  } catch (error) {
    return { error: (error as Error).message, calls }
  }
}

test.each(Object.entries(SCRIPTS))('%s: like Node', (_, script) => {
  expect(outcomeOf(script, new Emitter())).toEqual(outcomeOf(script, new EventEmitter()))
})

test.each(['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const)(
  '%s refuses values that are not functions',
  (method) => {
    expect(() => new Emitter()[method]('e', 'text' as never)).toThrow('a listener must be a function')
  },
)

test('emit throws a clear error if its argument is not an error, and the number of listeners is not limited', () => {
  expect(() => new Emitter().emit('error')).toThrow("unhandled 'error' event")
  expect(new Emitter().getMaxListeners()).toBe(Number.POSITIVE_INFINITY)
})
