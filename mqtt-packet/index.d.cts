// CommonJS, as mqtt-packet's own declarations are: modules of both kinds may import it.
import type * as esm from '../dist/mqtt-packet/index.js' with { 'resolution-mode': 'import' }

export type * from '../dist/mqtt-packet/index.js' with { 'resolution-mode': 'import' }

export declare const parser: typeof esm.parser
export declare const generate: typeof esm.generate
export declare const writeToStream: typeof esm.writeToStream
export declare const createMqttPacket: typeof esm.createMqttPacket
