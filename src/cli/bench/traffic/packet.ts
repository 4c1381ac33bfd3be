// A generated packet, in the shape of mqtt-wire's decoder. Each type has some of these fields.

import type { PacketTypeName } from '../../../index.ts'

export interface TrafficPacket {
  readonly type: PacketTypeName
  readonly packetId?: number | undefined
  readonly topic?: string
  readonly payload?: Buffer
  readonly qos?: number
  readonly dup?: boolean
  readonly retain?: boolean
  readonly protocolName?: string
  readonly protocolLevel?: number
  readonly clientId?: string
  readonly cleanSession?: boolean
  readonly keepAlive?: number
  readonly will?: Will | undefined
  readonly username?: string | undefined
  readonly password?: Buffer | undefined
  readonly sessionPresent?: boolean
  readonly returnCode?: number
  readonly subscriptions?: readonly { readonly topicFilter: string; readonly qos: number }[]
  readonly returnCodes?: readonly number[]
  readonly topicFilters?: readonly string[]
}

interface Will {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  readonly retain: boolean
}

export interface Publish extends TrafficPacket {
  readonly type: 'publish'
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  readonly dup: boolean
  readonly retain: boolean
}
