// APIs that the host may offer beyond the language. They are declared here so that no file needs Node's or the DOM's types.

// Web streams: these declarations merge with those of the DOM and of Node if the program has them.
declare global {
  // biome-ignore lint: merged declarations must agree, including `any`
  interface ReadableStream<R = any> {
    readonly locked: boolean
  }
  // biome-ignore lint: as above
  interface WritableStream<W = any> {
    readonly locked: boolean
  }
}

/** The kind of bytes that the encoder returns: Buffer if the program has Node's types, otherwise Uint8Array. */
export type EncodedBytes = typeof globalThis extends { Buffer: { allocUnsafe(size: number): infer B } }
  ? B
  : ReturnType<Uint8Array['slice']> // Uint8Array<ArrayBuffer>, which TypeScript before 5.7 cannot say

/** The kind of bytes that Node's streams carry: Buffer if the program has Node's types, otherwise Uint8Array. */
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

/** Node's `markAsUntransferable`, if the host has it. Looked up once. */
const mark = /* @__PURE__ */ lookUpMark()

function lookUpMark(): ((memory: ArrayBuffer) => void) | undefined {
  try {
    // Polyfills of `process` in browsers do not have this method, and other hosts may throw or return undefined.
    return host.process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable
  } catch {
    return undefined
  }
}

/** Makes attempts to transfer this memory fail, if the host supports it. */
export function markAsUntransferable(memory: ArrayBuffer): void {
  try {
    mark?.(memory)
  } catch {
    // The host has the function but does not support it: the memory stays transferable, as on hosts without it.
  }
}
