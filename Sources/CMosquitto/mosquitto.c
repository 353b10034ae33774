#include "CTacitMosquitto.h"

#include <CTacitLibrary.h>

#define POINTER(result, name, parameters, arguments) static result(*the_##name) parameters;
TACIT_MOSQUITTO_FUNCTIONS(POINTER)

static void (*set_connect)(struct mosquitto *, tacit_mosquitto_on_connect *);
static void (*set_disconnect)(struct mosquitto *, tacit_mosquitto_on_connect *);
static void (*set_publish)(struct mosquitto *, tacit_mosquitto_on_publish *);
static void (*set_message)(struct mosquitto *, tacit_mosquitto_on_message *);

static int start(void) { return the_lib_init(); }

#define SYMBOL(result, name, parameters, arguments) TACIT_SYMBOL(the_##name, "mosquitto_" #name),
static const tacit_symbol symbols[] = {
    TACIT_MOSQUITTO_FUNCTIONS(SYMBOL)
    TACIT_SYMBOL(set_connect, "mosquitto_connect_callback_set"),
    TACIT_SYMBOL(set_disconnect, "mosquitto_disconnect_callback_set"),
    TACIT_SYMBOL(set_publish, "mosquitto_publish_callback_set"),
    TACIT_SYMBOL(set_message, "mosquitto_message_callback_set"),
    {0}};

const char *tacit_mosquitto_load(void) {
    static tacit_library library = {.file = "libmosquitto.so.1", .symbols = symbols, .start = start};
    return tacit_library_load(&library);
}

#define CALL(result, name, parameters, arguments)                                                                      \
    result tacit_mosquitto_##name parameters { return the_##name arguments; }
TACIT_MOSQUITTO_FUNCTIONS(CALL)

void tacit_mosquitto_tell(
    struct mosquitto *client, tacit_mosquitto_on_connect *connected, tacit_mosquitto_on_connect *disconnected,
    tacit_mosquitto_on_publish *published, tacit_mosquitto_on_message *received) {
    set_connect(client, connected);
    set_disconnect(client, disconnected);
    set_publish(client, published);
    set_message(client, received);
}
