// The queues that hold what MQTT clients have subscribed to.

import { encodedLength, type QoS } from '../index.ts'
import { checkNameLength } from './name-length.ts'

const NAME = /^mqtt-subscription-(?<clientId>.+)qos(?<qos>[01])$/s

/**
 * The queue that the MQTT plugin creates at a client's first subscription of this QoS:
 * `mqtt-subscription-<client identifier>qos0` or `…qos1`. All subscriptions of one QoS share it.
 *
 * RabbitMQ grants QoS 1 where 2 was requested, so that QoS 2 has the queue of QoS 1. Older texts write
 * `mqtt-subscriber-[NAME]qos[N]`; no version that was looked at makes such a name.
 *
 * @param clientId not empty: RabbitMQ makes one up then, which the client never learns
 * @param qos the QoS that the client requested
 * @throws EncodeError if it is no client identifier: `empty-client-identifier`, `null-character`, `ill-formed-utf8`,
 * `field-too-long`, `missing-field` or `wrong-field-type`
 * @throws MappingError `name-too-long` for a client identifier of more than 233 bytes: RabbitMQ makes the queue, but no AMQP
 * client can name it
 * @throws TypeError if `qos` is not 0, 1 or 2
 */
export function queueName(clientId: string, qos: QoS): string {
  encodedLength({ type: 'connect', clientId, cleanSession: false })
  if (qos !== 0 && qos !== 1 && qos !== 2) throw new TypeError('qos is 0, 1 or 2')
  const name = `mqtt-subscription-${clientId}qos${qos === 0 ? 0 : 1}`
  checkNameLength('Queue Name', name)
  return name
}

/**
 * Whose queue it is, and of which QoS.
 *
 * @returns undefined if it is not a name that {@link queueName} makes
 */
export function parseQueueName(name: string): { clientId: string; qos: 0 | 1 } | undefined {
  const { clientId, qos } = NAME.exec(name)?.groups ?? {}
  return clientId === undefined ? undefined : { clientId, qos: qos === '0' ? 0 : 1 }
}
