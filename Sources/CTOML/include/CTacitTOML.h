// toml++, a C++ library of headers (Debian's libtomlplusplus-dev), behind calls of C: a file as a list of its nodes.
#ifndef TACIT_CTOML_H
#define TACIT_CTOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tacit_toml tacit_toml;

typedef enum {
    tacit_toml_table,
    tacit_toml_array,
    tacit_toml_string,
    tacit_toml_integer,
    tacit_toml_float,
    tacit_toml_boolean,
    // A date, a time, or both.
    tacit_toml_moment,
} tacit_toml_kind;

// Lines and columns count from 1, columns in code points. Text is UTF-8, not ended by a zero, and as long-lived as the file.
typedef struct {
    tacit_toml_kind kind;
    // Empty for what stands in an array, and for the file itself.
    const char *key;
    size_t key_length;
    uint32_t key_line;
    uint32_t key_column;
    uint32_t line;
    uint32_t column;
    const char *text;
    size_t text_length;
    int64_t integer;
    double number;
    bool boolean;
    // Nodes right within a table or an array.
    size_t count;
} tacit_toml_node;

typedef struct {
    uint32_t line;
    uint32_t column;
    char words[256];
} tacit_toml_fault;

// NULL for what is no TOML, with what is wrong in `fault`. Whoever calls has bounded the depth of nesting.
tacit_toml *tacit_toml_parse(const char *bytes, size_t count, tacit_toml_fault *fault);
void tacit_toml_destroy(tacit_toml *file);

// The file's own table, then what is within it, each node in front of what is within that. A table's nodes come in no order
// of the file.
tacit_toml_node tacit_toml_at(const tacit_toml *file, size_t index);

#ifdef __cplusplus
}
#endif

#endif
