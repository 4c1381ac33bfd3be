// Gives what kind of packet it is, and decodes nothing.

import { open as openParser } from '../../fuzz/adapters/mqtt-wire.mjs'

export const open = (onPacket) => openParser(({ type }) => onPacket({ type }))
