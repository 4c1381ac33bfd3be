// Reports the type of each packet and decodes nothing else.

import { open as openParser } from '../../fuzz/adapters/mqtt-wire.mjs'

export const open = (onPacket) => openParser(({ type }) => onPacket({ type }))
