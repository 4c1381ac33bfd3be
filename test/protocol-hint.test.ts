import { describe, expect, test } from 'vitest'
import { hintAt } from '../src/protocol-hint.ts'
import { bytes } from './support/bytes.ts'

const hintOf = (notation: string): string | undefined => {
  const beginning = bytes(notation)
  return hintAt(beginning, 0, beginning.length, 0, 0)
}

const HTTP = 'HTTP'
const TLS = 'a TLS ClientHello'
const PROXY = 'a PROXY protocol header'
const WEBSOCKET = 'a WebSocket frame'
const MQTT_5 = 'an MQTT 5 CONNECT'

// biome-ignore format: one row per beginning
test.each([
  ["'GET /'", HTTP], ["'HEAD /'", HTTP], ["'POST /'", HTTP], ["'PUT /'", HTTP], ["'DELETE /'", HTTP],
  ["'OPTIONS *'", HTTP], ["'CONNECT a'", HTTP], ["'PATCH /'", HTTP], ["'TRACE /'", HTTP], ["'PRI * HTTP/2.0'", HTTP], ["'HTTP/1.1 400'", HTTP],
  ["'GET'", HTTP], ["'GE'", undefined], ["'GETS'", undefined], ["'get /'", undefined], ["' GET /'", undefined],
  ["'PROXY TCP4'", PROXY], ["'PRO'", PROXY], ['0d0a0d0a 00 0d0a 51554954 0a 21', PROXY], ['0d0a0d', PROXY],
  ['16 0300', TLS], ['16 0301', TLS], ['16 0302', TLS], ['16 0303 0100', TLS], ['16 0304', undefined], ['16 03', undefined],
  // An unmasked frame from a server, with a CONNACK
  ['82 04 20020000', WEBSOCKET], ['81 04 20020000', WEBSOCKET], ['82 04 20', undefined], ['82 04 20030000', undefined],
  ['82 05 20020000', undefined], ['82 7e 0004 20020000', undefined],
  ['82 04 00002002', undefined], ['80 04 20020000', undefined], ['83 04 20020000', undefined],
  // A masked frame from a client, with a CONNECT or its fixed header
  ['82 8e 01020304 110e', WEBSOCKET], ['81 8e 01020304 110e', WEBSOCKET], ['82 82 01020304 110e', WEBSOCKET],
  ['82 fe 0080 01020304 1183', WEBSOCKET], ['82 fe 007e 01020304 117a', undefined], ['82 fe 007e 01020304 117e', WEBSOCKET],
  ['82 ff 0000000000010000 01020304 1182', WEBSOCKET], ['82 ff 0000000000010000 01020304 11', undefined],
  ['82 8e 01020304 11', undefined], ['82 8e 01020304 110f', undefined], ['82 8d 01020304 110e', undefined],
  ['82 8e 01020304 100e', undefined], ['82 8e 10020304', undefined], ['82 0e 01020304 110e', undefined],
  // SUBSCRIBEs that start as such a frame does
  ['82 07 2002 0002 6123 00', undefined], ["82 9601 0000 0011 'mmmmmmmmm'", undefined],
  // CONNECTs with a Remaining Length of one to four bytes
  ["10 0d 0004 'MQTT' 05", MQTT_5], ["10 8d01 0004 'MQTT' 05", MQTT_5], ["10 8d8001 0004 'MQTT' 05", MQTT_5],
  ["10 8d808001 0004 'MQTT' 05", MQTT_5], ["10 8d80808001 0004 'MQTT' 05", undefined], ["10 0004 'MQTT' 05", undefined],
  ["20 0d 0004 'MQTT' 05", undefined], ["10 0d 0004 'MQTT' 04", undefined], ["10 0d 0004 'MQTT'", undefined],
  ['', undefined], ['c0 00 c0 00', undefined], ['10 10 10', undefined],
])('%s looks like %s', (notation, name) => {
  expect(hintOf(notation)).toBe(name)
})

describe('a hint is given', () => {
  const get = bytes("'GET / HTTP/1.1 and so on, and so forth'")

  // biome-ignore format: one row per place
  test.each([
    ['at the start of a stream', 0, 0, 0, HTTP],
    ['at the start of bytes without a stream', 0, 0, undefined, HTTP],
    ['in the first 16 bytes', 0, 15, 0, HTTP],
    ['not after them', 0, 16, 0, undefined],
    ['not for a packet later in the bytes', 1, 0, 0, undefined],
    ['not for a packet later in bytes without a stream', 1, 0, undefined, undefined],
    ['not for a packet later in the stream', 0, 0, 1, undefined],
  ])('%s', (_, start, offset, streamOffset, name) => {
    expect(hintAt(get, start, get.length, offset, streamOffset)).toBe(name)
  })

  test('only for the bytes that have arrived, not for memory after them', () => {
    expect([2, 3].map((end) => hintAt(get, 0, end, 0, 0))).toEqual([undefined, HTTP])
  })
})
