// The host's UTF-8 decoder, declared here because the types of the core only include what the core needs.

interface Decoder {
  decode(bytes?: Uint8Array, options?: { readonly stream: boolean }): string
}

const host = globalThis as unknown as {
  readonly TextDecoder: new (label: string, options: { fatal?: boolean; ignoreBOM?: boolean }) => Decoder
  readonly TextEncoder: new () => { encode(text: string): Uint8Array }
}

/** A decoder that replaces ill-formed UTF-8 and drops a byte order mark. */
export const utf8Decoder = (): Decoder => new host.TextDecoder('utf-8', {})

/** The start of a file as text; undefined if it is not UTF-8. */
export function beginningOfText(bytes: Uint8Array): string | undefined {
  try {
    return new host.TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return undefined
  }
}

export const encodeUtf8 = (text: string): Uint8Array => new host.TextEncoder().encode(text)
