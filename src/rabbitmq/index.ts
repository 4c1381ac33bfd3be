// The public API of `mqtt-wire/rabbitmq`: re-exports only. It builds on the core, which never imports it.

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
