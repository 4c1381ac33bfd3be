// What the host may offer beyond the language. Declared here, so that nothing needs Node's or the DOM's types.

// The web's own streams, where the program has their types: these declarations merge with the DOM's and with Node's.
declare global {
  // biome-ignore lint: merged declarations must agree, `any` and all
  interface ReadableStream<R = any> {
    readonly locked: boolean
  }
  // biome-ignore lint: as above
  interface WritableStream<W = any> {
    readonly locked: boolean
  }
}

/** Buffer where the program has Node's types, else Uint8Array. */
export type HostBytes = typeof globalThis extends {
  Buffer: { isBuffer(value: unknown): value is infer B extends Uint8Array }
}
  ? B
  : Uint8Array

interface HostBuffer {
  readonly prototype: Uint8Array & {
    readonly latin1Slice?: (start: number, end: number) => string
    readonly utf8Slice?: (start: number, end: number) => string
    readonly utf8Write?: (text: string, start: number, length: number) => number
  }
  readonly [Symbol.species]?: unknown
  readonly allocUnsafeSlow: (length: number) => Uint8Array<ArrayBuffer>
}

interface HostTextDecoder {
  decode(bytes: Uint8Array): string
}

interface HostTextEncoder {
  encodeInto(text: string, target: Uint8Array): { readonly written: number }
}

interface Host {
  readonly Buffer?: HostBuffer
  readonly TextDecoder: new (
    label: string,
    options: { fatal?: boolean; ignoreBOM: boolean },
  ) => HostTextDecoder
  readonly TextEncoder: new () => HostTextEncoder
  readonly process?: {
    readonly getBuiltinModule?: (
      id: string,
    ) => { readonly markAsUntransferable?: (memory: ArrayBuffer) => void } | undefined
  }
}

export const host: Host = globalThis as unknown as Host

/** Node's function of this name, where the host has it: looked up once, and without it nothing is marked. */
const mark = lookUpMark()

function lookUpMark(): ((memory: ArrayBuffer) => void) | undefined {
  try {
    // Browsers' stand-ins for `process` have no such method, and other hosts' may throw or find nothing.
    return host.process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable
  } catch {
    return undefined
  }
}

/** Makes an attempt to transfer this memory fail, as far as the host can. */
export function markAsUntransferable(memory: ArrayBuffer): void {
  try {
    mark?.(memory)
  } catch {
    // The host has the function and cannot do it: the memory can be transferred, as on hosts without it.
  }
}
