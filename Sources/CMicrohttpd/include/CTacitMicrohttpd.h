// GNU libmicrohttpd, loaded when it is asked for: nothing links it, and nothing needs its header to be built.
#ifndef TACIT_CMICROHTTPD_H
#define TACIT_CMICROHTTPD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct MHD_Daemon;
struct MHD_Connection;
struct MHD_Response;
struct MHD_UpgradeResponseHandle;

// As microhttpd.h has them.
enum {
    TACIT_MICROHTTPD_NO = 0,
    TACIT_MICROHTTPD_YES = 1,
    TACIT_MICROHTTPD_HEADER = 1,
    TACIT_MICROHTTPD_ARGUMENT = 8,
    TACIT_MICROHTTPD_COPY = 2,
    TACIT_MICROHTTPD_TIMED_OUT = 2,
    TACIT_MICROHTTPD_END_OF_STREAM = -1,
    TACIT_MICROHTTPD_CLOSE = 0,
    TACIT_MICROHTTPD_STARTED = 0,
};

// A request is there: called first with its head alone, then with each part of its body, then with none.
typedef int tacit_microhttpd_on_request(
    void *context, struct MHD_Connection *, const char *path, const char *method, const char *version,
    const char *body, size_t *count, void **request);
// A request is over. Of a connection that was upgraded this comes under a lock of the library's, which resuming a
// connection wants as well: nothing that is held meanwhile may be held where one is resumed.
typedef void tacit_microhttpd_on_end(void *context, struct MHD_Connection *, void **request, int how);
// A connection is there, or is about to be closed.
typedef void tacit_microhttpd_on_connection(void *context, struct MHD_Connection *, void **own, int how);
// A header is there; NO ends the asking.
typedef int tacit_microhttpd_on_header(void *context, int kind, const char *name, const char *value);
typedef ssize_t tacit_microhttpd_on_room(void *reader, uint64_t place, char *buffer, size_t count);
typedef void tacit_microhttpd_on_free(void *reader);
typedef void tacit_microhttpd_on_upgrade(
    void *peer, struct MHD_Connection *, void *request, const char *more, size_t count, int socket,
    struct MHD_UpgradeResponseHandle *);

// What is used of it: X(result, name behind MHD_, parameters, arguments).
#define TACIT_MICROHTTPD_FUNCTIONS(X)                                                                                  \
    X(const char *, get_version, (void), ())                                                                           \
    X(void, stop_daemon, (struct MHD_Daemon * daemon), (daemon))                                                       \
    X(const char *, lookup_connection_value, (struct MHD_Connection * connection, int kind, const char *key),          \
        (connection, kind, key))                                                                                       \
    X(int, get_connection_values,                                                                                      \
        (struct MHD_Connection * connection, int kind, tacit_microhttpd_on_header *header, void *context),             \
        (connection, kind, header, context))                                                                           \
    X(struct MHD_Response *, create_response_from_buffer, (size_t count, const void *bytes, int mode),                 \
        (count, bytes, mode))                                                                                          \
    X(struct MHD_Response *, create_response_from_callback,                                                            \
        (uint64_t count, size_t block, tacit_microhttpd_on_room *room, void *reader, tacit_microhttpd_on_free *end),   \
        (count, block, room, reader, end))                                                                             \
    X(struct MHD_Response *, create_response_for_upgrade, (tacit_microhttpd_on_upgrade * upgraded, void *peer),        \
        (upgraded, peer))                                                                                              \
    X(int, add_response_header, (struct MHD_Response * response, const char *name, const char *value),                 \
        (response, name, value))                                                                                       \
    X(int, queue_response, (struct MHD_Connection * connection, unsigned status, struct MHD_Response *response),       \
        (connection, status, response))                                                                                \
    X(void, destroy_response, (struct MHD_Response * response), (response))                                            \
    X(void, suspend_connection, (struct MHD_Connection * connection), (connection))                                    \
    X(void, resume_connection, (struct MHD_Connection * connection), (connection))

#define TACIT_MICROHTTPD_DECLARE(result, name, parameters, arguments) result tacit_microhttpd_##name parameters;
TACIT_MICROHTTPD_FUNCTIONS(TACIT_MICROHTTPD_DECLARE)
#undef TACIT_MICROHTTPD_DECLARE

// Loads the library, to be called before everything else, from any thread. NULL, or why it can't be had, as
// `tacit_library_load` says it.
const char *tacit_microhttpd_load(void);

struct tacit_microhttpd_limits {
    // At once.
    unsigned connections;
    // Of them, from one address; 0 for as many as there may be.
    unsigned connections_of_one;
    // Without anything read or written, after which a connection is closed.
    unsigned seconds;
    // That a connection has for a request's head and for what is sent.
    size_t bytes;
};

// Begins to serve on a socket that listens, from a thread of the library's own. NULL when that can't be.
struct MHD_Daemon *tacit_microhttpd_start(
    int listening, struct tacit_microhttpd_limits limits, tacit_microhttpd_on_request *request,
    tacit_microhttpd_on_end *end, tacit_microhttpd_on_connection *connected, void *context);

// A connection's socket, which stays open until `connected` is told of its end; -1 where the library doesn't say.
int tacit_microhttpd_socket(struct MHD_Connection *connection);

// How many headers of a name a request has.
int tacit_microhttpd_count_headers(struct MHD_Connection *connection, const char *name);

// The peer of an upgraded connection is taken leave of.
void tacit_microhttpd_close(struct MHD_UpgradeResponseHandle *handle);

#endif
