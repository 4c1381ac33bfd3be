// The queues of MQTT clients' subscriptions.

import { encodedLength, type QoS } from '../index.ts'
import { checkNameLength } from './name-length.ts'

const NAME = /^mqtt-subscription-(?<clientId>.+)qos(?<qos>[01])$/s

/**
 * Returns the queue that the MQTT plugin creates for a client's first subscription with this QoS:
 * `mqtt-subscription-<client identifier>qos0` or `…qos1`. All subscriptions with the same QoS share it.
 *
 * RabbitMQ grants QoS 1 if QoS 2 was requested, so QoS 2 has the queue of QoS 1. Older documents describe
 * `mqtt-subscriber-[NAME]qos[N]`, but none of the examined versions creates such a name.
 *
 * @param clientId not empty, because RabbitMQ would replace it by one that the client never learns
 * @param qos the QoS that the client requested
 * @throws EncodeError if it is not a client identifier: `empty-client-identifier`, `null-character`, `ill-formed-utf8`,
 * `field-too-long`, `missing-field` or `wrong-field-type`
 * @throws MappingError `name-too-long` for a client identifier of more than 233 bytes: RabbitMQ creates the queue, but no
 * AMQP client can name it
 * @throws TypeError if `qos` is not 0, 1 or 2
 */
export function queueName(clientId: string, qos: QoS): string {
  encodedLength({ type: 'connect', clientId, cleanSession: false })
  if (qos !== 0 && qos !== 1 && qos !== 2) throw new TypeError('qos must be 0, 1 or 2')
  const name = `mqtt-subscription-${clientId}qos${qos === 0 ? 0 : 1}`
  checkNameLength('Queue Name', name)
  return name
}

/**
 * Returns the client identifier and the QoS of a queue.
 *
 * @returns undefined if {@link queueName} does not return such a name
 */
export function parseQueueName(name: string): { clientId: string; qos: 0 | 1 } | undefined {
  const { clientId, qos } = NAME.exec(name)?.groups ?? {}
  return clientId === undefined ? undefined : { clientId, qos: qos === '0' ? 0 : 1 }
}
