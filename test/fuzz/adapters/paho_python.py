#!/usr/bin/env python3
"""An adapter from mqtt-wire's line protocol to the decoder in Eclipse Paho's Python client 1.6."""

import json
import sys

from paho.mqtt import client as paho

NAMES = {
    paho.CONNACK: "connack",
    paho.PUBLISH: "publish",
    paho.PUBACK: "puback",
    paho.PUBREC: "pubrec",
    paho.PUBREL: "pubrel",
    paho.PUBCOMP: "pubcomp",
    paho.SUBACK: "suback",
    paho.UNSUBACK: "unsuback",
    paho.PINGRESP: "pingresp",
}
# Results that mean that the packet was read: a refused connection is not a refused packet.
READ_WELL = (paho.MQTT_ERR_SUCCESS, paho.MQTT_ERR_CONN_REFUSED, paho.MQTT_ERR_NO_CONN)


class Chunk:
    """A socket that returns the bytes of one chunk, and accepts anything that is sent."""

    def __init__(self):
        self.bytes = b""

    def recv(self, size):
        if not self.bytes:
            raise BlockingIOError
        taken, self.bytes = self.bytes[:size], self.bytes[size:]
        return taken

    def send(self, data):
        return len(data)

    def close(self):
        pass


class Decoder(paho.Client):
    """A client that records the packets that it reads."""

    def __init__(self):
        # MQTT 3.1, because a 3.1.1 client reconnects on return code 1. It reads the bytes in the same way.
        super().__init__(client_id="c", protocol=paho.MQTTv31, reconnect_on_failure=False)
        self._sock = Chunk()
        self.read = []
        self.error = None

    def _packet_handle(self):
        command = self._in_packet["command"] & 0xF0
        packet = {"type": NAMES.get(command)}
        self.read.append(packet)
        result = super()._packet_handle()
        if result in READ_WELL:
            return paho.MQTT_ERR_SUCCESS
        self.read.remove(packet)
        self.error = paho.error_string(result)
        return result

    def _handle_on_message(self, message):
        self.read[-1].update(fields_of(message))

    def push(self, chunk):
        """The packets of a chunk, and why the next one was refused, if one was."""
        self._sock.bytes = chunk
        self.read, self.error = [], None
        while self._sock.bytes and self.error is None:
            result = self._packet_read()
            if result not in (paho.MQTT_ERR_SUCCESS, paho.MQTT_ERR_AGAIN):
                self.error = self.error or paho.error_string(result)
        return self.read, self.error


def fields_of(message):
    fields = {"topic": message.topic, "payload": message.payload.hex(), "qos": message.qos}
    fields.update(retain=bool(message.retain), dup=bool(message.dup))
    if message.qos > 0:
        fields["packetId"] = message.mid
    return fields


def say(word, text=""):
    print(word, text, flush=True)


def main():
    say("ready", json.dumps({"sendsOnly": "server"}))
    decoder = None
    for line in sys.stdin:
        line = line.strip()
        if line == "open":
            decoder = Decoder()
            continue
        try:
            packets, error = decoder.push(bytes.fromhex(line))
        except UnicodeDecodeError as problem:  # raised intentionally, for topics
            say("refused", str(problem))
            continue
        except Exception as problem:  # anything else is a bug in the decoder
            say("crashed", f"{type(problem).__name__}: {problem}")
            continue
        for packet in packets:
            say("packet", json.dumps(packet))
        if error is None:
            say("more")
        else:
            say("refused", error)


main()
