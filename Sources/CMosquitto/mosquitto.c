#include "CTacitMosquitto.h"

#include <CTacitLibrary.h>
#include <stddef.h>

#define POINTER(result, name, parameters, arguments) static result(*the_##name) parameters;
TACIT_MOSQUITTO_FUNCTIONS(POINTER)

static void (*set_connect)(struct mosquitto *, tacit_mosquitto_on_connect *);
static void (*set_disconnect)(struct mosquitto *, tacit_mosquitto_on_connect *);
static void (*set_publish)(struct mosquitto *, tacit_mosquitto_on_publish *);
static void (*set_message)(struct mosquitto *, tacit_mosquitto_on_message *);
static void (*set_subscribe)(struct mosquitto *, tacit_mosquitto_on_subscribe *);
static void (*set_log)(struct mosquitto *, tacit_mosquitto_on_log *);

static int start(void) { return the_lib_init(); }

#define SYMBOL(result, name, parameters, arguments) TACIT_SYMBOL(the_##name, "mosquitto_" #name),
static const tacit_symbol symbols[] = {
    TACIT_MOSQUITTO_FUNCTIONS(SYMBOL)
    TACIT_SYMBOL(set_connect, "mosquitto_connect_callback_set"),
    TACIT_SYMBOL(set_disconnect, "mosquitto_disconnect_callback_set"),
    TACIT_SYMBOL(set_publish, "mosquitto_publish_callback_set"),
    TACIT_SYMBOL(set_message, "mosquitto_message_callback_set"),
    TACIT_SYMBOL(set_subscribe, "mosquitto_subscribe_callback_set"),
    TACIT_SYMBOL(set_log, "mosquitto_log_callback_set"),
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

void tacit_mosquitto_tell_subscriptions(struct mosquitto *client, tacit_mosquitto_on_subscribe *subscribed) {
    set_subscribe(client, subscribed);
}

void tacit_mosquitto_tell_log(struct mosquitto *client, tacit_mosquitto_on_log *logs) { set_log(client, logs); }

int tacit_mosquitto_no_passphrase(char *buffer, int size, int is_writing, void *context) {
    (void)buffer, (void)size, (void)is_writing, (void)context;
    return -1;
}

// OpenSSL as libmosquitto has it: a library is looked through together with those that it stands on. Its types are all
// pointers here.
static const void *(*client_method)(void);
static void *(*context_new)(const void *);
static void (*context_free)(void *);
static void (*set_passphrase)(void *, int (*)(char *, int, int, void *));
static int (*load_authorities)(void *, const char *, const char *);
static int (*use_certificate)(void *, const char *);
static int (*use_key)(void *, const char *, int);
static int (*check_key)(const void *);
static void (*clear_errors)(void);
static unsigned long (*next_error)(void);
static const char *(*error_words)(unsigned long);
static long (*verdict)(const void *);
static const char *(*verdict_words)(long);

static const tacit_symbol encryption[] = {
    TACIT_SYMBOL(client_method, "TLS_client_method"),
    TACIT_SYMBOL(context_new, "SSL_CTX_new"),
    TACIT_SYMBOL(context_free, "SSL_CTX_free"),
    TACIT_SYMBOL(set_passphrase, "SSL_CTX_set_default_passwd_cb"),
    TACIT_SYMBOL(load_authorities, "SSL_CTX_load_verify_locations"),
    TACIT_SYMBOL(use_certificate, "SSL_CTX_use_certificate_chain_file"),
    TACIT_SYMBOL(use_key, "SSL_CTX_use_PrivateKey_file"),
    TACIT_SYMBOL(check_key, "SSL_CTX_check_private_key"),
    TACIT_SYMBOL(clear_errors, "ERR_clear_error"),
    TACIT_SYMBOL(next_error, "ERR_get_error"),
    TACIT_SYMBOL(error_words, "ERR_reason_error_string"),
    TACIT_SYMBOL(verdict, "SSL_get_verify_result"),
    TACIT_SYMBOL(verdict_words, "X509_verify_cert_error_string"),
    {0}};

static bool has_encryption(void) {
    static tacit_library library = {.file = "libmosquitto.so.1", .symbols = encryption};
    return !tacit_library_load(&library);
}

// As openssl/ssl.h and openssl/x509_vfy.h have them.
enum { PEM = 1, TRUSTED = 0, UNSPECIFIED = 1 };

static int rejected(void *context, const char *authority, const char *certificate, const char *key) {
    if (authority && load_authorities(context, authority, NULL) != 1) return TACIT_MOSQUITTO_AUTHORITY;
    if (certificate && use_certificate(context, certificate) != 1) return TACIT_MOSQUITTO_CERTIFICATE;
    if (key && (use_key(context, key, PEM) != 1 || check_key(context) != 1)) return TACIT_MOSQUITTO_KEY;
    return TACIT_MOSQUITTO_NO_FILE;
}

int tacit_mosquitto_rejects(const char *authority, const char *certificate, const char *key, const char **words) {
    void *context = has_encryption() ? context_new(client_method()) : NULL;
    if (!context) return TACIT_MOSQUITTO_NO_FILE;
    set_passphrase(context, tacit_mosquitto_no_passphrase);
    clear_errors();
    int file = rejected(context, authority, certificate, key);
    // What went wrong first; that something else failed because of it is said behind it.
    const char *reason = file == TACIT_MOSQUITTO_NO_FILE ? NULL : error_words(next_error());
    *words = reason ? reason : "OpenSSL can't use it";
    clear_errors();
    context_free(context);
    return file;
}

const char *tacit_mosquitto_distrust(struct mosquitto *client) {
    void *connection = has_encryption() ? the_ssl_get(client) : NULL;
    long found = connection ? verdict(connection) : TRUSTED;
    // Of a name that is another's OpenSSL knows nothing; the library has looked itself.
    return found == TRUSTED || found == UNSPECIFIED ? NULL : verdict_words(found);
}
