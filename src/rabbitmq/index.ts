// The public face of `mqtt-wire/rabbitmq`: re-exports only. It builds on the core; the core knows nothing of it.

export {
  bindingKeyToFilter,
  filterToBindingKey,
  type MappingOptions,
  routingKeyToTopic,
  topicToRoutingKey,
} from './keys.ts'
export {
  MAPPING_ERRORS,
  MappingError,
  type MappingErrorCode,
  type MappingErrorDetails,
} from './mapping-error.ts'
export { parseQueueName, queueName } from './queue-names.ts'
export { joinUserName, splitUserName, type UserName } from './user-names.ts'
