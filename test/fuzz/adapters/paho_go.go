// An adapter from mqtt-wire's line protocol to the decoder of Eclipse Paho's Go client.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// source is a stream of chunks. It signals when its reader waits for the next one.
type source struct {
	chunk  []byte
	chunks chan []byte
	waits  chan struct{}
}

func (s *source) Read(into []byte) (int, error) {
	for len(s.chunk) == 0 {
		s.waits <- struct{}{}
		chunk, isOpen := <-s.chunks
		if !isOpen {
			return 0, io.EOF
		}
		s.chunk = chunk
	}
	n := copy(into, s.chunk)
	s.chunk = s.chunk[n:]
	return n, nil
}

// stream is a decoder in its own goroutine, because it blocks until it has read a packet.
type stream struct {
	source *source
	out    *bufio.Writer
	// Why it ended: "refused ..." or "crashed ..."
	ended chan string
}

func open(out *bufio.Writer) *stream {
	s := &stream{&source{chunks: make(chan []byte), waits: make(chan struct{})}, out, make(chan string, 1)}
	go func() {
		defer func() {
			if problem := recover(); problem != nil {
				s.ended <- fmt.Sprintf("crashed %v", problem)
			}
		}()
		for {
			packet, err := packets.ReadPacket(s.source)
			if err != nil {
				s.ended <- "refused " + err.Error()
				return
			}
			if refusal := refusalOf(packet); refusal != "" {
				s.ended <- "refused " + refusal
				return
			}
			text, _ := json.Marshal(fieldsOf(packet))
			fmt.Fprintf(s.out, "packet %s\n", text)
		}
	}()
	<-s.source.waits
	return s
}

func (s *stream) push(chunk []byte) string {
	s.source.chunks <- chunk
	select {
	case <-s.source.waits:
		return "more"
	case how := <-s.ended:
		return how
	}
}

// The library checks CONNECT in a separate method.
func refusalOf(packet packets.ControlPacket) string {
	connect, isConnect := packet.(*packets.ConnectPacket)
	if !isConnect {
		return ""
	}
	if code := connect.Validate(); code != packets.Accepted {
		return packets.ConnackReturnCodes[code]
	}
	return ""
}

type fields map[string]interface{}

func fieldsOf(packet packets.ControlPacket) fields {
	switch p := packet.(type) {
	case *packets.ConnectPacket:
		f := fields{"type": "connect", "protocolName": p.ProtocolName, "protocolLevel": p.ProtocolVersion,
			"cleanSession": p.CleanSession, "keepAlive": p.Keepalive, "clientId": p.ClientIdentifier}
		if p.WillFlag {
			f["will"] = fields{"topic": p.WillTopic, "payload": hex.EncodeToString(p.WillMessage),
				"qos": p.WillQos, "retain": p.WillRetain}
		}
		if p.UsernameFlag {
			f["username"] = p.Username
		}
		if p.PasswordFlag {
			f["password"] = hex.EncodeToString(p.Password)
		}
		return f
	case *packets.ConnackPacket:
		return fields{"type": "connack", "sessionPresent": p.SessionPresent, "returnCode": p.ReturnCode}
	case *packets.PublishPacket:
		f := fields{"type": "publish", "topic": p.TopicName, "payload": hex.EncodeToString(p.Payload),
			"qos": p.Qos, "dup": p.Dup, "retain": p.Retain}
		if p.Qos > 0 {
			f["packetId"] = p.MessageID
		}
		return f
	case *packets.SubscribePacket:
		subscriptions := []fields{}
		for index, topic := range p.Topics {
			subscriptions = append(subscriptions, fields{"topicFilter": topic, "qos": p.Qoss[index]})
		}
		return fields{"type": "subscribe", "packetId": p.MessageID, "subscriptions": subscriptions}
	case *packets.SubackPacket:
		codes := []int{}
		for _, code := range p.ReturnCodes {
			codes = append(codes, int(code))
		}
		return fields{"type": "suback", "packetId": p.MessageID, "returnCodes": codes}
	case *packets.UnsubscribePacket:
		return fields{"type": "unsubscribe", "packetId": p.MessageID, "topicFilters": p.Topics}
	case *packets.PingreqPacket:
		return fields{"type": "pingreq"}
	case *packets.PingrespPacket:
		return fields{"type": "pingresp"}
	case *packets.DisconnectPacket:
		return fields{"type": "disconnect"}
	default: // the acknowledgements
		name, _, _ := strings.Cut(packet.String(), ":")
		return fields{"type": strings.ToLower(name), "packetId": packet.Details().MessageID}
	}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintln(out, "ready")
	out.Flush()
	var current *stream
	for in.Scan() {
		if line := in.Text(); line == "open" {
			if current != nil {
				close(current.source.chunks)
			}
			current = open(out)
		} else {
			chunk, _ := hex.DecodeString(line)
			fmt.Fprintln(out, current.push(chunk))
		}
		out.Flush()
	}
}
