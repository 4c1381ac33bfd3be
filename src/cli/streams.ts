// The streams of an input: one for each direction of each connection.

import type { InputChunk } from '../explain/forms/form.ts'
import type { ParserOptions } from '../index.ts'

/** The state of one stream. */
export interface StreamState {
  /** Whether its CONNECT was of MQTT 3.1. */
  isMqtt31: boolean
}

const ROLES = { c2s: 'server', s2c: 'client' } as const

export class Streams<State extends StreamState> {
  private readonly states = new Map<string, State>()
  private readonly options: ParserOptions
  private readonly open: (options: ParserOptions) => State

  /**
   * @param options the user's options
   * @param open creates the state of a stream, for a parser with these options
   */
  constructor(options: ParserOptions, open: (options: ParserOptions) => State) {
    this.options = options
    this.open = open
  }

  /** The stream that the chunk belongs to. */
  of({ connection, direction }: Pick<InputChunk, 'connection' | 'direction'>): State {
    const key = `${direction} ${connection}`
    const known = this.states.get(key)
    if (known !== undefined) return known
    // The server's packets do not show that the version is MQTT 3.1; only the CONNECT does.
    const isMqtt31 = direction === 's2c' && this.states.get(`c2s ${connection}`)?.isMqtt31 === true
    const role = direction && ROLES[direction]
    const state = this.open({
      ...(role !== undefined && { role }),
      ...this.options,
      ...(isMqtt31 && { protocols: ['3.1'] }),
    })
    state.isMqtt31 = isMqtt31
    this.states.set(key, state)
    return state
  }

  values(): Iterable<State> {
    return this.states.values()
  }
}
