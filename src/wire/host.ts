// What the host may offer beyond the language. Declared here, so that nothing needs Node's or the DOM's types.

/** Buffer where the program has its type, else Uint8Array. */
export type HostBytes = typeof globalThis extends { Buffer: { allocUnsafe(size: number): infer Buffer } }
  ? Buffer extends Uint8Array
    ? Buffer
    : Uint8Array
  : Uint8Array

interface HostBuffer {
  readonly prototype: Uint8Array & {
    readonly latin1Slice?: (start: number, end: number) => string
    readonly utf8Slice?: (start: number, end: number) => string
    readonly utf8Write?: (text: string, start: number, length: number) => number
  }
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
}

export const host: Host = globalThis as unknown as Host
