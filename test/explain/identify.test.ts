import { describe, expect, test } from 'vitest'
import { identify } from '../../src/explain/index.ts'
import { bytes } from '../support/bytes.ts'

const CONNECT_5 = "10 0e 0004 'MQTT' 05 02 003c 00 0001 'c'"

// biome-ignore format: one row per beginning
const ROWS = [
  ["10 0d 0004 'MQTT' 04 02 003c 0001 'c'", 'mqtt-3.1.1', false],
  ["10 0d 0004 'MQTT' 84 02 003c 0001 'c'", 'mqtt-3.1.1', true],
  ["10 8d808000 0004 'MQTT' 04", 'mqtt-3.1.1', false],
  ["10 0f 0006 'MQIsdp' 03 02 003c 0001 'c'", 'mqtt-3.1', false],
  ["10 0f 0006 'MQIsdp' 83 02 003c 0001 'c'", 'mqtt-3.1', true],
  [CONNECT_5, 'mqtt-5', false],
  ["10 8d808001 0004 'MQTT' 05", 'mqtt-5', false],
  ["10 0d 0004 'MQTT' 06", 'unknown', false],
  ["10 0d 0004 'MQTT' 85", 'unknown', false],
  ["10 0f 0006 'MQIsdp' 04", 'unknown', false],
  ["10 0d 0004 'HTTP' 04", 'unknown', false],
  ["10 06 0004 'MQTT'", 'unknown', false],
  ['10 00', 'unknown', false],
  ['10 ffffffff 7f', 'unknown', false],
  ['16 0301 0200', 'tls', false],
  ["'PROXY TCP4 192.0.2.1'", 'proxy', false],
  ["0d0a0d0a000d0a 'QUIT' 0a 21", 'proxy', false],
  ["'GET / HTTP/1.1' 0d0a 'Host: a' 0d0a0d0a", 'http', false],
  ["'POST / HTTP/1.1' 0d0a0d0a 'Upgrade: websocket' 0d0a", 'http', false],
  ["'GET /mqtt HTTP/1.1' 0d0a 'upgrade:WebSocket ' 0d0a", 'websocket-upgrade', false],
  ["'HTTP/1.1 101 Switching Protocols' 0d0a 'Upgrade: websocket' 0d0a", 'websocket-upgrade', false],
  ['82 8e 01020304 110e', 'websocket', false],
  ['82 82 01020304 110e', 'websocket', false],
  ['82 04 20020000', 'websocket', false],
  ['82 fe 0080 01020304 1183', 'websocket', false],
  ['82 ff 0000000000010000 01020304 1182', 'websocket', false],
  ['82 8e 01020304 120e', 'unknown', false],
  ['82 8e 01020304 110f', 'unknown', false],
  ['82 05 2002000000', 'unknown', false],
  ['82 04 30020000', 'unknown', false],
  ['20 02 0000', 'unknown', false],
  ['c000', 'unknown', false],
  ["'GETS'", 'unknown', false],
] as const

test.each(ROWS)('%s is %s', (notation, protocol, bridge) => {
  const found = identify(bytes(notation))
  expect(found).toMatchObject({ protocol, bridge })
  expect(found!.description).toMatch(/^(an? |HTTP)/)
})

test.each(ROWS)('%s: every prefix is undecided or has the same result', (notation, protocol) => {
  const whole = bytes(notation)
  const answers = Array.from(whole, (_, length) => identify(whole.subarray(0, length))?.protocol)
  expect(new Set([undefined, ...answers, protocol]).size).toBe(2)
  expect(identify(new Uint8Array(0))).toBeUndefined()
})

describe('the number of bytes needed', () => {
  const fill = (beginning: string, length: number): Uint8Array => {
    const whole = new Uint8Array(length).fill(0x61)
    whole.set(bytes(beginning))
    return whole
  }

  test.each(["'PROXY'", '82 ff', '10 ffffff', '81 00', '0d0a0d0a000d0a', '00'])('16 for %s', (beginning) => {
    expect(identify(fill(beginning, 16))).toBeDefined()
  })

  test('8,192 for HTTP', () => {
    expect(identify(fill("'GET / HTTP/1.1' 0d0a", 8_191))).toBeUndefined()
    expect(identify(fill("'GET / HTTP/1.1' 0d0a", 8_192))?.protocol).toBe('http')
  })
})

test('an invalid argument is a TypeError', () => {
  expect(() => identify('GET' as never)).toThrow(TypeError)
})
