import Foundation
import TacitTestSupport
import Testing

/// Own declarations of libmosquitto's interface against its own header, where that is installed.
@Suite(
    .enabled(
        if: FileManager.default.fileExists(atPath: "/usr/include/mosquitto.h"), "libmosquitto-dev is not installed"))
struct MosquittoInterfaceTests {
    @Test func declarationsAgree() throws {
        let folder = try TemporaryFolder()
        let program = try folder.write(
            "check.c",
            """
            #include <mosquitto.h>
            #include <stddef.h>
            #include "CTacitMosquitto.h"
            #define CHECK(result, name, parameters, arguments) result (*check_##name) parameters = mosquitto_##name;
            TACIT_MOSQUITTO_FUNCTIONS(CHECK)
            #define SAME(member) \\
                _Static_assert(offsetof(struct mosquitto_message, member) \\
                    == offsetof(struct tacit_mosquitto_message, member) \\
                    && sizeof ((struct mosquitto_message *)0)->member \\
                    == sizeof ((struct tacit_mosquitto_message *)0)->member, #member);
            SAME(mid) SAME(topic) SAME(payload) SAME(payloadlen) SAME(qos) SAME(retain)
            _Static_assert(sizeof(struct mosquitto_message) == sizeof(struct tacit_mosquitto_message), "size");
            void (*connects)(struct mosquitto *, void (*)(struct mosquitto *, void *, int)) = mosquitto_connect_callback_set;
            void (*ends)(struct mosquitto *, void (*)(struct mosquitto *, void *, int)) = mosquitto_disconnect_callback_set;
            void (*publishes)(struct mosquitto *, void (*)(struct mosquitto *, void *, int)) = mosquitto_publish_callback_set;
            void (*logs)(struct mosquitto *, void (*)(struct mosquitto *, void *, int, const char *)) = mosquitto_log_callback_set;
            void (*subscribes)(struct mosquitto *, void (*)(struct mosquitto *, void *, int, int, const int *))
                = mosquitto_subscribe_callback_set;
            tacit_mosquitto_on_subscribe *subscribed;
            tacit_mosquitto_on_connect *connected; tacit_mosquitto_on_publish *published; tacit_mosquitto_on_log *logged;
            void use(void) { connects(0, connected); ends(0, connected); publishes(0, published); logs(0, logged);
                subscribes(0, subscribed); }
            #define EQUAL(own, theirs) _Static_assert((int)own == (int)theirs, #theirs);
            EQUAL(TACIT_MOSQUITTO_SUCCESS, MOSQ_ERR_SUCCESS)
            EQUAL(TACIT_MOSQUITTO_NO_CONNECTION, MOSQ_ERR_NO_CONN)
            EQUAL(TACIT_MOSQUITTO_CONNECTION_LOST, MOSQ_ERR_CONN_LOST)
            EQUAL(TACIT_MOSQUITTO_TLS, MOSQ_ERR_TLS)
            EQUAL(TACIT_MOSQUITTO_LOG_ERROR, MOSQ_LOG_ERR)
            EQUAL(TACIT_MOSQUITTO_ERRNO, MOSQ_ERR_ERRNO)
            EQUAL(TACIT_MOSQUITTO_LOOKUP, MOSQ_ERR_EAI)
            EQUAL(TACIT_MOSQUITTO_KEEP_ALIVE, MOSQ_ERR_KEEPALIVE)
            """.utf8)
        let outcome = try Clang.run(
            [
                "-fsyntax-only", "-Werror", "-Wall", "-I",
                TestPaths.package.appendingPathComponent("Sources/CMosquitto/include").path, program,
            ])
        #expect(outcome.status == 0, "\(outcome.standardError)")
    }
}
