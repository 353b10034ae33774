// AMX's registers and instructions in plain C, as Intel's manual (volume 2) has them, for machines without: a shape that
// the processor would refuse ends the program, and what a register has beside its shape is zero.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    int in_use;
    size_t rows[8], row_bytes[8];
    uint8_t data[8][16][64];
} registers;

static void refuse(const char *what) {
    fprintf(stderr, "a processor would refuse this: %s\n", what);
    exit(1);
}

static void need(int condition, const char *what) {
    if (!condition) refuse(what);
}

static void _tile_loadconfig(const void *configuration) {
    const uint8_t *bytes = configuration;
    need(bytes[0] == 1, "a palette that is not 1");
    for (size_t i = 1; i < 16; i++) need(bytes[i] == 0, "bytes of a configuration that are not zero");
    for (size_t i = 0; i < 16; i++) {
        uint16_t row_bytes;
        memcpy(&row_bytes, bytes + 16 + 2 * i, 2);
        uint8_t rows = bytes[48 + i];
        need(i < 8 || (row_bytes == 0 && rows == 0), "more than eight registers");
        need(row_bytes <= 64 && rows <= 16 && !row_bytes == !rows, "a register's shape");
        if (i < 8) registers.row_bytes[i] = row_bytes, registers.rows[i] = rows;
    }
    memset(registers.data, 0, sizeof registers.data);
    registers.in_use = 1;
}

static void _tile_release(void) { registers.in_use = 0; }

static void need_register(int r) { need(registers.in_use && registers.rows[r] > 0, "a register that is not configured"); }

static void _tile_zero(int r) {
    need_register(r);
    memset(registers.data[r], 0, sizeof registers.data[r]);
}

static void _tile_loadd(int r, const void *from, size_t stride) {
    need_register(r);
    memset(registers.data[r], 0, sizeof registers.data[r]);
    for (size_t i = 0; i < registers.rows[r]; i++)
        memcpy(registers.data[r][i], (const uint8_t *)from + i * stride, registers.row_bytes[r]);
}

static void _tile_stored(int r, void *to, size_t stride) {
    need_register(r);
    for (size_t i = 0; i < registers.rows[r]; i++)
        memcpy((uint8_t *)to + i * stride, registers.data[r][i], registers.row_bytes[r]);
}

/// Signed sums of four products each; `tdpbusd` adds without a stop at the ends of 32 bits.
static void _tile_dpbusd(int sums, int rows, int weights) {
    need_register(sums), need_register(rows), need_register(weights);
    need(sums != rows && rows != weights && sums != weights, "a register that is named twice");
    need(registers.rows[sums] == registers.rows[rows], "rows that differ");
    need(registers.row_bytes[sums] == registers.row_bytes[weights], "columns that differ");
    need(registers.row_bytes[rows] == registers.rows[weights] * 4, "rows as long as there are weights");
    for (size_t m = 0; m < registers.rows[sums]; m++)
        for (size_t n = 0; n < registers.row_bytes[sums] / 4; n++) {
            uint32_t sum;
            memcpy(&sum, registers.data[sums][m] + 4 * n, 4);
            for (size_t k = 0; k < registers.rows[weights]; k++)
                for (size_t i = 0; i < 4; i++)
                    sum += (uint32_t)(registers.data[rows][m][4 * k + i] * (int8_t)registers.data[weights][k][4 * n + i]);
            memcpy(registers.data[sums][m] + 4 * n, &sum, 4);
        }
}
