// A Reader that records the fields that decode reads, so that explain shows the same fields.

import { Reader } from '../wire/reader.ts'

/** A field that was read. */
export interface Reading {
  readonly name: string
  /** The index of its first byte. */
  readonly start: number
  /** The index after its last byte; undefined if the packet ends inside the field. */
  end: number | undefined
}

export class RecordingReader extends Reader {
  readonly readings: Reading[] = []

  /** The index after the last byte of a field, which may be cut off. */
  get readEnd(): number {
    const last = this.readings.at(-1)
    return last !== undefined && last.end === undefined ? this.end : this.position
  }

  override uint8(field: string): number {
    return this.recorded(field, () => super.uint8(field))
  }

  override uint16(field: string): number {
    return this.recorded(field, () => super.uint16(field))
  }

  override skipPrefixed(field: string): number {
    return this.recorded(field, () => super.skipPrefixed(field))
  }

  override rest(): Uint8Array {
    return this.recorded(PAYLOAD, () => super.rest())
  }

  /** Marks the payload of a PUBLISH, which ends with the packet, as cut off. */
  cutPayload(): void {
    const last = this.readings.at(-1)
    if (last?.name === PAYLOAD) last.end = undefined
  }

  private recorded<Value>(name: string, read: () => Value): Value {
    const reading: Reading = { name, start: this.position, end: undefined }
    this.readings.push(reading)
    const value = read()
    reading.end = this.position
    return value
  }
}

const PAYLOAD = 'Payload'
