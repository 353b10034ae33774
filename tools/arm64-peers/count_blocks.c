// A plug-in for QEMU's user-mode emulation (interface version 1, as in QEMU 6 to 8): counts how often each block of
// instructions is executed. At the end it writes one line a block,
//
//     executions address symbol code
//
// with the block's machine code in hexadecimal digits, to the file that the argument `out=` names. Exact for programs
// that compute in one thread, which is what it is used for; a block that a signal leaves half way counts as whole.
//
//     cc -O2 -shared -fPIC count_blocks.c -o count_blocks.so
//     qemu-aarch64 -plugin count_blocks.so,out=FILE PROGRAM

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What of the interface is used. Debian ships no header for it.
typedef uint64_t qemu_plugin_id_t;
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
typedef void (*translated)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*ended)(qemu_plugin_id_t, void *);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, translated);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, ended, void *);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, enum qemu_plugin_op, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *);

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int qemu_plugin_version = 1;

typedef struct block {
    struct block *next;
    uint64_t executions, address;
    size_t size;  // bytes of code
    char *symbol;
    unsigned char code[];
} block;

// Blocks that were ever translated, by address. A block may be translated again, and then goes on counting.
enum { BUCKETS = 1 << 16 };
static block *buckets[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *target;

static block *find(uint64_t address, const unsigned char *code, size_t size, const char *symbol) {
    block **bucket = &buckets[address / 4 * 0x9e3779b97f4a7c15u >> 48];
    for (block *b = *bucket; b; b = b->next)
        if (b->address == address && b->size == size && memcmp(b->code, code, size) == 0) return b;
    block *b = calloc(1, sizeof *b + size);
    if (!b) abort();
    *b = (block){.next = *bucket, .address = address, .size = size, .symbol = strdup(symbol ? symbol : "-")};
    memcpy(b->code, code, size);
    return *bucket = b;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(tb);
    unsigned char *code = malloc(count * 4);
    if (!code) abort();
    for (size_t i = 0; i < count; i++) memcpy(code + i * 4, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, i)), 4);
    const char *symbol = qemu_plugin_insn_symbol(qemu_plugin_tb_get_insn(tb, 0));
    pthread_mutex_lock(&lock);
    block *b = find(qemu_plugin_tb_vaddr(tb), code, count * 4, symbol);
    pthread_mutex_unlock(&lock);
    qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &b->executions, 1);
    free(code);
}

static void report(qemu_plugin_id_t id, void *data) {
    (void)id, (void)data;
    FILE *out = fopen(target, "w");
    if (!out) {
        perror(target);
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++)
        for (block *b = buckets[i]; b; b = b->next) {
            if (!b->executions) continue;
            fprintf(out, "%llu %llx %s ", (unsigned long long)b->executions, (unsigned long long)b->address,
                    *b->symbol ? b->symbol : "-");
            for (size_t k = 0; k < b->size; k++) fprintf(out, "%02x", b->code[k]);
            fputc('\n', out);
        }
    if (fclose(out)) perror(target);
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int count, char **arguments) {
    (void)info;
    for (int i = 0; i < count; i++)
        if (strncmp(arguments[i], "out=", 4) == 0) target = strdup(arguments[i] + 4);
    if (!target) {
        fprintf(stderr, "count_blocks: expected out=FILE\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, report, NULL);
    return 0;
}
