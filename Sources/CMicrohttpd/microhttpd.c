#include "CTacitMicrohttpd.h"

#include <CTacitLibrary.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define POINTER(result, name, parameters, arguments) static result(*the_##name) parameters;
TACIT_MICROHTTPD_FUNCTIONS(POINTER)

// These take what Swift can't give: any number of arguments.
typedef void *start_daemon(
    unsigned flags, uint16_t port, void *accept, void *accept_context, tacit_microhttpd_on_request *request,
    void *context, ...);
typedef int upgrade_action(struct MHD_UpgradeResponseHandle *handle, int action, ...);

// A union, of which nothing but the socket is looked at.
typedef const int *get_connection_info(struct MHD_Connection *connection, int kind, ...);

static start_daemon *the_start_daemon;
static upgrade_action *the_upgrade_action;
static get_connection_info *the_get_connection_info;

#define SYMBOL(result, name, parameters, arguments) TACIT_SYMBOL(the_##name, "MHD_" #name),
static const tacit_symbol symbols[] = {
    TACIT_MICROHTTPD_FUNCTIONS(SYMBOL)
    TACIT_SYMBOL(the_start_daemon, "MHD_start_daemon"),
    TACIT_SYMBOL(the_upgrade_action, "MHD_upgrade_action"),
    TACIT_SYMBOL(the_get_connection_info, "MHD_get_connection_info"),
    {0}};

const char *tacit_microhttpd_load(void) {
    static tacit_library library = {.file = "libmicrohttpd.so.12", .symbols = symbols};
    return tacit_library_load(&library);
}

#define CALL(result, name, parameters, arguments)                                                                      \
    result tacit_microhttpd_##name parameters { return the_##name arguments; }
TACIT_MICROHTTPD_FUNCTIONS(CALL)

// What the library would say of requests that are none is nobody's business.
static void say_nothing(void *context, const char *format, va_list arguments) {
    (void)context;
    (void)format;
    (void)arguments;
}

// Nothing that is asked for has a % in its path: one that has is not what it would stand for.
static size_t leave(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

struct MHD_Daemon *tacit_microhttpd_start(
    int listening, struct tacit_microhttpd_limits limits, tacit_microhttpd_on_request *request,
    tacit_microhttpd_on_end *end, tacit_microhttpd_on_connection *connected, void *context) {
    enum {
        USE_INTERNAL_POLLING_THREAD = 8,
        USE_EPOLL = 512,
        ALLOW_SUSPEND_RESUME = 8192 | 1024,
        ALLOW_UPGRADE = 32768,
        OPTION_END = 0,
        OPTION_CONNECTION_MEMORY_LIMIT = 1,
        OPTION_CONNECTION_LIMIT = 2,
        OPTION_CONNECTION_TIMEOUT = 3,
        OPTION_NOTIFY_COMPLETED = 4,
        OPTION_PER_IP_CONNECTION_LIMIT = 5,
        OPTION_LISTEN_SOCKET = 12,
        OPTION_EXTERNAL_LOGGER = 13,
        OPTION_UNESCAPE_CALLBACK = 16,
        OPTION_NOTIFY_CONNECTION = 27,
        OPTION_STRICT_FOR_CLIENT = 29,
    };
    // The logger comes first, as it is to hear of the others.
    return the_start_daemon(
        USE_INTERNAL_POLLING_THREAD | USE_EPOLL | ALLOW_SUSPEND_RESUME | ALLOW_UPGRADE, 0, NULL, NULL, request, context,
        OPTION_EXTERNAL_LOGGER, say_nothing, NULL, OPTION_LISTEN_SOCKET, listening, OPTION_CONNECTION_LIMIT,
        limits.connections, OPTION_PER_IP_CONNECTION_LIMIT, limits.connections_of_one, OPTION_CONNECTION_TIMEOUT,
        limits.seconds, OPTION_CONNECTION_MEMORY_LIMIT, limits.bytes, OPTION_NOTIFY_COMPLETED, end, context,
        OPTION_NOTIFY_CONNECTION, connected, context, OPTION_STRICT_FOR_CLIENT, 1, OPTION_UNESCAPE_CALLBACK, leave,
        NULL, OPTION_END);
}

void tacit_microhttpd_close(struct MHD_UpgradeResponseHandle *handle) { the_upgrade_action(handle, 0); }

int tacit_microhttpd_socket(struct MHD_Connection *connection) {
    enum { INFO_CONNECTION_FD = 6 };
    const int *info = the_get_connection_info(connection, INFO_CONNECTION_FD);
    return info ? *info : -1;
}

struct count {
    const char *name;
    int count;
};

static int count_header(void *context, int kind, const char *name, const char *value) {
    (void)kind;
    (void)value;
    struct count *sought = context;
    sought->count += strcasecmp(name, sought->name) == 0;
    return TACIT_MICROHTTPD_YES;
}

int tacit_microhttpd_count_headers(struct MHD_Connection *connection, const char *name) {
    struct count sought = {.name = name};
    tacit_microhttpd_get_connection_values(connection, TACIT_MICROHTTPD_HEADER, count_header, &sought);
    return sought.count;
}
