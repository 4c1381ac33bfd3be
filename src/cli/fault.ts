// Describes malformed bytes.

import type { Action, DecodeError } from '../index.ts'

/** What a receiver should do. */
export function actionText(action: Action): string {
  return action === 'close'
    ? 'close the connection'
    : `send CONNACK with return code ${action.connack}, then close the connection`
}

/** Everything that a DecodeError says, in several lines. */
export function describeFault({
  message,
  code,
  rule,
  field,
  offset,
  streamOffset,
  action,
}: DecodeError): string {
  return [
    message,
    `  code ${code}, rule ${rule}${field === undefined ? '' : `, field ${field}`}`,
    `  byte ${offset} of the packet, byte ${streamOffset} of the stream`,
    `  action ${actionText(action)}`,
  ].join('\n')
}
