// Matrix products with int8 panels in groups of 32 columns, each with a scale of its own on either side, which need no rule
// about what weights may stand side by side. A group's integer sums become floats once they are whole; these come from
// `dot_groups`, which each instruction set defines before this file, with `GROUP_ROWS`, the most rows that it takes at a
// time (up to 8): over all groups of one tile it writes `totals`, `[rows][16]`, in which each lane is one chain of
// `fma(float(sum) * float(group scale), step, total)` from 0 on.

/// A tile's levels, `[groups][512]`.
INLINE const int8_t *levels_of(const tacit_product_int8_groups *p, size_t tile) { return p->panels + tile * p->groups * 512; }

INLINE void multiply_int8_groups_block(
    const tacit_product_int8_groups *p, size_t tile, size_t row, const int rows) {
    _Alignas(64) float totals[GROUP_ROWS * LANES];
    dot_groups(
        p->input + row * p->input_stride, p->input_stride, p->input_steps + row * p->input_step_stride,
        p->input_step_stride, p->groups, levels_of(p, tile), p->group_scales + tile * p->groups * LANES, rows, totals);
    f32x16 scales = load(p->scales + tile * LANES);
    UNROLL for (int r = 0; r < rows; r++)
        finish(load(totals + (size_t)r * LANES) * scales, row + (size_t)r, tile, p->bias, p->residual, p->output,
               p->output_stride);
}

static void multiply_int8_groups(const tacit_product_int8_groups *p, size_t first_tile, size_t end_tile) {
    for (size_t tile = first_tile; tile < end_tile; tile++) {
        size_t row = 0, lines = p->groups * 8;
        shared_fetch ahead = lines_behind((uintptr_t)levels_of(p, tile + 1), lines, p->rows, GROUP_ROWS);
        for (; row + GROUP_ROWS <= p->rows; row += GROUP_ROWS) {
            multiply_int8_groups_block(p, tile, row, GROUP_ROWS);
            fetch_share(&ahead);
        }
#define THE_REST(n) multiply_int8_groups_block(p, tile, row, n)
        SWITCH_REST(GROUP_ROWS, p->rows - row, THE_REST)
#undef THE_REST
    }
}
