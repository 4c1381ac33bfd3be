/* An adapter from mqtt-wire's line protocol to the decoder in libmosquitto, the client library of Eclipse Mosquitto.
 * The library has no function that decodes bytes, so this program acts as the broker of its connection. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <mosquitto.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int listener;
static int port;
static int server = -1;
static struct mosquitto *client;
/* A refused connection is not a refused packet: the client has read the CONNACK. */
static bool is_connection_refused;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void start(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) != 0) fail("bind");
    if (listen(listener, 1) != 0) fail("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) != 0) fail("getsockname");
    port = ntohs(address.sin_port);
    mosquitto_lib_init();
}

/* Sends bytes to the client, and lets it read until it has all of them or fails. */
static int push(const unsigned char *bytes, size_t length) {
    size_t sent = 0;
    for (;;) {
        if (sent < length) {
            ssize_t more = send(server, bytes + sent, length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (more > 0) sent += (size_t)more;
        }
        int socket = mosquitto_socket(client);
        int unread = 0;
        if (socket < 0) return MOSQ_ERR_CONN_LOST;
        ioctl(socket, FIONREAD, &unread);
        if (unread == 0 && sent == length) return MOSQ_ERR_SUCCESS;
        int result = unread == 0 ? MOSQ_ERR_SUCCESS : mosquitto_loop_read(client, 1);
        if (is_connection_refused) return MOSQ_ERR_SUCCESS;
        if (result != MOSQ_ERR_SUCCESS) return result;
        char answers[4096];
        while (recv(server, answers, sizeof answers, MSG_DONTWAIT) > 0) continue;
    }
}

static void on_connect(struct mosquitto *_, void *__, int return_code) {
    is_connection_refused = return_code >= 1 && return_code <= 5;
}

/* Returns a connected client. */
static void open_stream(void) {
    static const unsigned char connack[] = {0x20, 2, 0, 0};
    static const int yes = 1;
    if (client != NULL) mosquitto_destroy(client);
    if (server >= 0) close(server);
    is_connection_refused = false;
    client = mosquitto_new("c", true, NULL);
    mosquitto_connect_callback_set(client, on_connect);
    if (mosquitto_connect(client, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS) fail("mosquitto_connect");
    server = accept(listener, NULL, NULL);
    if (server < 0) fail("accept");
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (push(connack, sizeof connack) != MOSQ_ERR_SUCCESS) fail("CONNACK");
}

int main(void) {
    char *line = NULL;
    size_t capacity = 0;
    start();
    /* Not all packets cause a callback, so the adapter only reports whether they are accepted. */
    puts("ready {\"sendsOnly\":\"server\",\"verdictsOnly\":true}");
    fflush(stdout);
    while (getline(&line, &capacity, stdin) > 0) {
        if (strcmp(line, "open\n") == 0) {
            open_stream();
            continue;
        }
        size_t length = strspn(line, "0123456789abcdef") / 2;
        unsigned char *chunk = malloc(length + 1);
        for (size_t index = 0; index < length; index++) sscanf(line + 2 * index, "%2hhx", &chunk[index]);
        int result = push(chunk, length);
        free(chunk);
        if (result == MOSQ_ERR_SUCCESS) puts("more");
        else printf("refused %s\n", mosquitto_strerror(result));
        fflush(stdout);
    }
    return 0;
}
