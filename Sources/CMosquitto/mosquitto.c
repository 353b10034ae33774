#include "CTacitMosquitto.h"

#include <dlfcn.h>
#include <stddef.h>

#define POINTER(result, name, parameters, arguments) static result(*the_##name) parameters;
TACIT_MOSQUITTO_FUNCTIONS(POINTER)

static void (*set_connect)(struct mosquitto *, tacit_mosquitto_on_connect *);
static void (*set_disconnect)(struct mosquitto *, tacit_mosquitto_on_connect *);
static void (*set_publish)(struct mosquitto *, tacit_mosquitto_on_publish *);
static void (*set_message)(struct mosquitto *, tacit_mosquitto_on_message *);

const char *tacit_mosquitto_load(void) {
    static bool is_loaded;
    if (is_loaded) return NULL;
    // Never unloaded: threads of its own may be within it.
    void *library = dlopen("libmosquitto.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
#define LOAD(pointer, symbol)                                                                                          \
    *(void **)&pointer = dlsym(library, symbol);                                                                       \
    if (!pointer) return "libmosquitto.so.1 has no " symbol;
#define LOAD_FUNCTION(result, name, parameters, arguments) LOAD(the_##name, "mosquitto_" #name)
    TACIT_MOSQUITTO_FUNCTIONS(LOAD_FUNCTION)
    LOAD(set_connect, "mosquitto_connect_callback_set")
    LOAD(set_disconnect, "mosquitto_disconnect_callback_set")
    LOAD(set_publish, "mosquitto_publish_callback_set")
    LOAD(set_message, "mosquitto_message_callback_set")
    if (the_lib_init() != 0) return "libmosquitto can't be started";
    is_loaded = true;
    return NULL;
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
