// The public API of `mqtt-wire/explain`: re-exports only. It builds on the core, which never imports it.

export { type ExplainOptions, explain, PacketExplainer } from './explainer.ts'
export { type InputChunk, InputError } from './forms/form.ts'
export { type ReadInput, readInput } from './forms/recognize.ts'
export { type Identification, type IdentifiedProtocol, identify } from './identify.ts'
export type {
  ExplainedFault,
  ExplainedField,
  ExplainedPacket,
  Explanation,
  FieldKind,
  Missing,
  Verdict,
} from './types.ts'
