// libmosquitto, loaded when it is asked for: nothing links it, and nothing needs its header to be built.
#ifndef TACIT_CMOSQUITTO_H
#define TACIT_CMOSQUITTO_H

#include <stdbool.h>

struct mosquitto;

// As libmosquitto.so.1 has it.
struct tacit_mosquitto_message {
    int mid;
    char *topic;
    void *payload;
    int payloadlen;
    int qos;
    bool retain;
};

// Results that are told apart, as mosquitto.h has them.
enum {
    TACIT_MOSQUITTO_SUCCESS = 0,
    TACIT_MOSQUITTO_NO_CONNECTION = 4,
    TACIT_MOSQUITTO_CONNECTION_LOST = 7,
    TACIT_MOSQUITTO_TLS = 8,
    TACIT_MOSQUITTO_ERRNO = 14,
    TACIT_MOSQUITTO_LOOKUP = 15,
    TACIT_MOSQUITTO_KEEP_ALIVE = 19,
};

// The level of a line in the library's log that tells of an error, as mosquitto.h has it.
enum { TACIT_MOSQUITTO_LOG_ERROR = 8 };

typedef void tacit_mosquitto_on_connect(struct mosquitto *, void *, int);
typedef void tacit_mosquitto_on_publish(struct mosquitto *, void *, int);
typedef void tacit_mosquitto_on_message(struct mosquitto *, void *, const struct tacit_mosquitto_message *);
typedef void tacit_mosquitto_on_subscribe(struct mosquitto *, void *, int, int, const int *);
typedef void tacit_mosquitto_on_log(struct mosquitto *, void *, int, const char *);

// What is used of it: X(result, name behind mosquitto_, parameters, arguments). Callbacks are set as pointers of no
// type, for the library's own type of a message is unknown here.
#define TACIT_MOSQUITTO_FUNCTIONS(X)                                                                                   \
    X(int, lib_init, (void), ())                                                                                       \
    X(int, lib_version, (int *major, int *minor, int *revision), (major, minor, revision))                             \
    X(struct mosquitto *, new, (const char *id, bool clean, void *context), (id, clean, context))                      \
    X(void, destroy, (struct mosquitto * client), (client))                                                            \
    X(int, username_pw_set, (struct mosquitto * client, const char *user, const char *password),                       \
        (client, user, password))                                                                                      \
    X(int, tls_set,                                                                                                    \
        (struct mosquitto * client, const char *ca_file, const char *ca_folder, const char *certificate,               \
            const char *key, int (*passphrase)(char *, int, int, void *)),                                             \
        (client, ca_file, ca_folder, certificate, key, passphrase))                                                    \
    X(int, will_set,                                                                                                   \
        (struct mosquitto * client, const char *topic, int count, const void *payload, int qos, bool retain),          \
        (client, topic, count, payload, qos, retain))                                                                  \
    X(int, connect, (struct mosquitto * client, const char *host, int port, int keep_alive),                           \
        (client, host, port, keep_alive))                                                                              \
    X(int, connect_async, (struct mosquitto * client, const char *host, int port, int keep_alive),                     \
        (client, host, port, keep_alive))                                                                              \
    X(int, disconnect, (struct mosquitto * client), (client))                                                          \
    X(int, publish,                                                                                                    \
        (struct mosquitto * client, int *number, const char *topic, int count, const void *payload, int qos,           \
            bool retain),                                                                                              \
        (client, number, topic, count, payload, qos, retain))                                                          \
    X(int, subscribe, (struct mosquitto * client, int *number, const char *pattern, int qos),                          \
        (client, number, pattern, qos))                                                                                \
    X(int, unsubscribe, (struct mosquitto * client, int *number, const char *pattern), (client, number, pattern))      \
    X(int, loop, (struct mosquitto * client, int milliseconds, int packets), (client, milliseconds, packets))          \
    X(int, socket, (struct mosquitto * client), (client))                                                              \
    X(bool, want_write, (struct mosquitto * client), (client))                                                         \
    X(void *, ssl_get, (struct mosquitto * client), (client))                                                          \
    X(const char *, strerror, (int error), (error))                                                                    \
    X(const char *, connack_string, (int code), (code))

#define TACIT_MOSQUITTO_DECLARE(result, name, parameters, arguments) result tacit_mosquitto_##name parameters;
TACIT_MOSQUITTO_FUNCTIONS(TACIT_MOSQUITTO_DECLARE)
#undef TACIT_MOSQUITTO_DECLARE

// Loads the library, to be called before everything else, from any thread. NULL, or why it can't be had, as
// `tacit_library_load` says it.
const char *tacit_mosquitto_load(void);

// Who is told: of an answer to a connection (0 is a welcome), of the end of one, of each message that has arrived, of each
// message from there. Only from within calls of `loop`, `disconnect` and `reconnect`.
void tacit_mosquitto_tell(
    struct mosquitto *client, tacit_mosquitto_on_connect *connected, tacit_mosquitto_on_connect *disconnected,
    tacit_mosquitto_on_publish *published, tacit_mosquitto_on_message *received);

// Who is told of each answer to `subscribe`: by its number, and with how many results, of which 128 and more say no.
void tacit_mosquitto_tell_subscriptions(struct mosquitto *client, tacit_mosquitto_on_subscribe *subscribed);

// Who is told what the library writes into its log, from within any call.
void tacit_mosquitto_tell_log(struct mosquitto *client, tacit_mosquitto_on_log *logs);

// Knows no pass phrase. Without one that is asked, OpenSSL asks on the terminal, or reads standard input.
int tacit_mosquitto_no_passphrase(char *buffer, int size, int is_writing, void *context);

// Files that TLS is set up with.
enum {
    TACIT_MOSQUITTO_NO_FILE,
    TACIT_MOSQUITTO_AUTHORITY,
    TACIT_MOSQUITTO_CERTIFICATE,
    TACIT_MOSQUITTO_KEY,
};

// Which of the files OpenSSL can't use, for the library opens them only once it is connected; and why, in words that
// hold for good. Each file may be NULL. `TACIT_MOSQUITTO_NO_FILE` where all are well, or there is no OpenSSL to ask.
int tacit_mosquitto_rejects(const char *authority, const char *certificate, const char *key, const char **words);

// Why the certificate that the broker has shown isn't trusted, in words that hold for good; NULL where that isn't
// known. To be called from within the log's callback: behind it the library has forgotten the connection.
const char *tacit_mosquitto_distrust(struct mosquitto *client);

#endif
