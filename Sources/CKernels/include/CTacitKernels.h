#ifndef TACIT_CKERNELS_H
#define TACIT_CKERNELS_H

// The inner loops of the engine and of the front end for sound: one table of functions for each instruction set, chosen
// at run time.
//
// Every function of every table gives the same bits for the same input (NaN payloads excepted): integer sums are exact,
// floating-point sums run in one fixed order with explicit fused multiply-add or none; exponentials and logarithms are
// our own.
// Nothing here checks its arguments, allocates or keeps state. Rows of floats are addressed by strides counted in
// elements; outputs of matrix products are written in whole tiles of 16 channels, so their rows must have room for that.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// `output[r] = W input[r] + bias + residual[r]` with panels of floats `[tiles][columns][16]`, of 32 bits or
/// 16, which are widened first: the same weights give the same bits in either.
/// Each output is the sum, in order, of chains of fused multiply-adds along 256 columns each,
/// of which the last has up to 383.
typedef struct {
    const float *input;  // [rows][input_stride]
    size_t input_stride;
    size_t rows;
    size_t columns;
    const void *panels;
    const float *_Nullable bias;      // [tiles * 16]
    const float *_Nullable residual;  // [rows][output_stride]; may be `output` itself
    float *output;                    // [rows][output_stride]
    size_t output_stride;
} tacit_product_floats;

/// What the bytes of a quantized row stand for: `offset + step * (byte - 128)`.
typedef struct {
    float step;
    float offset;
} tacit_row_scale;

/// The same with int8 panels `[tiles][groups][16][4]` and activations quantized by `quantize`; with q = byte - 128,
/// `output[r][n] = (sum over k of q[r][k] * w[n][k]) * (step[r] * scales[n]) + offset[r] * (scales[n] * sums[n])
/// + bias[n] + residual[r][n]`.
/// The integer sums are exact as long as each channel keeps the rule of fours: of its columns 8j + 0, 1, 4, 5, and of
/// 8j + 2, 3, 6, 7, the positive levels add up to at most 128, and the negative ones to at least -128; and
/// `groups <= 16384`.
typedef struct {
    const uint8_t *input;  // [rows][input_stride]
    size_t input_stride;
    const tacit_row_scale *input_scales;  // [rows]
    size_t rows;
    size_t groups;  // columns / 4, rounded up to an even number
    const int8_t *panels;  // 64-byte aligned
    const float *scales;   // [tiles * 16]
    const int32_t *sums;   // [tiles * 16]: each channel's sum of weights
    const float *_Nullable bias;
    const float *_Nullable residual;
    float *output;
    size_t output_stride;
} tacit_product_int8;

/// What `quantize_signed` leaves of each 32 columns of a row, ready for sums of 16 bits over columns in fours: -8 times
/// the sum of the levels at columns 0 and 1 of every four, and the same of columns 2 and 3.
typedef struct {
    int16_t first;
    int16_t second;
} tacit_block_sums;

/// The same with int4 panels `[tiles][blocks][4][16][4]` and activations quantized by `quantize_signed`. A block is 32
/// columns; byte `[b][channel][i]` of its four parts holds the levels of columns `8 b + i` (low nibble) and `8 b + 4 + i`
/// (high), each plus 8. With `s[n][k]` the scale (0...127) of column k's group in channel n,
/// `output[r][n] = (sum over k of q[r][k] * s[n][k] * w[n][k]) * (step[r] * scales[n]) + offset[r] * (scales[n] * sums[n])
/// + bias[n] + residual[r][n]`.
/// Padding columns have level 0; what the input holds there does not matter. The integer sums are exact for any levels
/// and scales, as long as `blocks <= 512`.
typedef struct {
    const int8_t *input;  // [rows][input_stride]
    size_t input_stride;
    const tacit_row_scale *input_scales;  // [rows]
    const tacit_block_sums *input_sums;   // [rows][input_sum_stride]
    size_t input_sum_stride;
    size_t rows;
    size_t blocks;  // columns / 32, rounded up
    const uint8_t *panels;
    const uint8_t *group_scales;  // [tiles][ceil(blocks / group_blocks)][16]
    size_t group_blocks;          // blocks that share a scale: 1, 2 or 4
    const float *scales;          // [tiles * 16]
    const int32_t *sums;          // [tiles * 16]: each channel's sum of s * w
    const float *_Nullable bias;
    const float *_Nullable residual;
    float *output;
    size_t output_stride;
} tacit_product_int4;

/// What `quantize_groups` leaves of each 32 columns of a row: a level stands for `step` times itself; `start` is -128
/// times the sum of the levels, where sums of products begin that take weights plus 128.
typedef struct {
    float step;
    int32_t start;
} tacit_group_step;

/// The same with int8 panels `[tiles][groups][8][16][4]` in groups of 32 columns, any levels, and activations quantized by
/// `quantize_groups`. With `s[n][g]` the scale (0...127) of group g in channel n, and the sum over g one chain of fused
/// multiply-adds in order,
/// `output[r][n] = (sum over g of step[r][g] * (s[n][g] * sum over k of q[r][k] * w[n][k])) * scales[n] + bias[n]
/// + residual[r][n]`.
/// A group's sum is an exact integer, rounded once when it is multiplied by its scale. Padding columns have level 0 on
/// both sides.
typedef struct {
    const int8_t *input;  // [rows][input_stride]: -127...127
    size_t input_stride;
    const tacit_group_step *input_steps;  // [rows][input_step_stride]
    size_t input_step_stride;
    size_t rows;
    size_t groups;  // columns / 32, rounded up
    const int8_t *panels;
    const uint8_t *group_scales;  // [tiles][groups][16]
    const float *scales;          // [tiles * 16]
    const float *_Nullable bias;
    const float *_Nullable residual;
    float *output;
    size_t output_stride;
} tacit_product_int8_groups;

/// The `count` (1 or more) rows that begin at slot `first` of a ring of `slots`, and go on from its beginning.
typedef struct {
    const float *values;  // [slots][stride], readable up to the width rounded up to 16
    size_t stride;
    size_t slots;
    size_t first;  // under `slots`
    size_t count;  // at most `slots`
} tacit_ring_rows;

/// One head's queries of up to four successive patches of a context, over a ring of `slots` (a multiple of 16) cached
/// keys and values: `output[r] = sum of softmax(scale * query[r] . key) * value`, summed from the oldest to the newest.
/// Query `r` sees the `count[r]` slots that begin `offset[r]` after slot `first`, round the ring; `offset[0]` is 0, and
/// neither offsets nor offsets plus counts fall from one query to the next.
/// A query's result does not depend on which others go along.
/// With sinks, each query attends to these too, before its slots: keys and values that another query, `sink_query[r]`, is
/// compared with. They are the last `sinks` of 16 slots.
typedef struct {
    const float *query;  // [rows][query_stride]
    size_t query_stride;
    size_t rows;          // 1...4
    const float *keys;    // [slots / 16][head_width][16]
    const float *values;  // [ceil(head_width / 16)][slots][16]
    size_t slots;
    size_t first;
    size_t offset[4];
    size_t count[4];  // each 1 or more; no more than `slots` from the first query's oldest to the last's newest
    size_t head_width;
    float scale;    // positive
    float *scores;  // scratch: [rows][score_stride], slots in use rounded up to 16, and 48 more
    size_t score_stride;
    float *output;  // [rows][output_stride]
    size_t output_stride;
    size_t sinks;                       // 0...16; where there are none, nothing of what follows is read
    const float *_Nullable sink_query;  // [rows][sink_query_stride]
    size_t sink_query_stride;
    const float *_Nullable sink_keys;    // [head_width][16]
    const float *_Nullable sink_values;  // [ceil(head_width / 16)][16][16]
} tacit_attention;

/// How many frames of sound are transformed at once, one a lane: a vector of n real numbers of each is `[n][8]`, one of
/// n complex numbers `[n][2][8]`, real parts first. What becomes of one frame does not depend on the others.
#define TACIT_FRAMES 8

/// One pass of Stockham's self-sorting transform, decimation in frequency (Van Loan 1992, Computational Frameworks for
/// the Fast Fourier Transform, section 1.7): with L = `radix * blocks` what is left of the length,
///
///     output[q + stride * (radix * p + k)] = exp(-2i pi p k / L)
///         * sum over r of exp(-2i pi r k / radix) * input[q + stride * (p + blocks * r)]
///
/// for p below `blocks`, q below `stride`, k and r below `radix`.
typedef struct {
    size_t radix;  // 2, 3, 4 or 5
    size_t blocks;
    size_t stride;
    const float *twiddles;  // [blocks][radix - 1][2]: the factors exp(-2i pi p k / L), k from 1; not read for one block
} tacit_fourier_pass;

/// One triangle of a mel filter bank.
typedef struct {
    size_t first_bin;
    size_t bins;
} tacit_mel_band;

typedef struct {
    const char *name;

    void (*multiply_float32)(const tacit_product_floats *product, size_t first_tile, size_t end_tile);
    void (*multiply_float16)(const tacit_product_floats *product, size_t first_tile, size_t end_tile);
    void (*multiply_int8)(const tacit_product_int8 *product, size_t first_tile, size_t end_tile);
    void (*multiply_int4)(const tacit_product_int4 *product, size_t first_tile, size_t end_tile);

    void (*multiply_int8_groups)(const tacit_product_int8_groups *product, size_t first_tile, size_t end_tile);

    /// Affine 8-bit quantization of a row: 256 levels from its least element to its largest, ties to even. A row that
    /// spans next to nothing is all offset, with step 0. `count` rounded up to 16 bytes are written, the rest being 128.
    tacit_row_scale (*quantize)(const float *input, size_t count, uint8_t *output);
    /// The same levels as signed bytes, `offset + step * byte`, `count` rounded up to 32 of them, the rest being 0; and
    /// their sums, one for every 32.
    tacit_row_scale (*quantize_signed)(
        const float *input, size_t count, int8_t *output, tacit_block_sums *sums);
    /// What `quantize` has left of a row, `input - (offset + step * (byte - 128))`, in 8 bits more: 255 levels over one
    /// step around zero. Written like the first bytes; the offset is 0.
    tacit_row_scale (*quantize_rest)(
        const float *input, size_t count, const uint8_t *bytes, tacit_row_scale scale, uint8_t *output);

    /// Symmetric 8-bit quantization of each 32 columns by themselves: the largest magnitude becomes 127, ties go to even.
    /// A group of next to nothing has step 0 and levels 0, one that holds NaN has step NaN. `count` rounded up to 32
    /// levels are written, the rest being 0, and one step for every 32.
    void (*quantize_groups)(const float *input, size_t count, int8_t *output, tacit_group_step *steps);

    /// LayerNorm over `count` elements (Ba et al. 2016): variance about the mean, biased.
    void (*layer_norm)(
        const float *input, const float *weight, const float *bias, float epsilon, size_t count, float *output);
    /// RMSNorm (Zhang and Sennrich 2019).
    void (*rms_norm)(const float *input, const float *weight, float epsilon, size_t count, float *output);

    /// GELU by its tanh approximation (Hendrycks and Gimpel 2016), times `factor` where there is one.
    void (*gelu)(const float *input, const float *_Nullable factor, size_t count, float *output);
    /// GELU by the normal distribution itself, times `factor` where there is one: within 2e-7 of the larger of |x| and the
    /// result's own size.
    void (*gelu_exact)(const float *input, const float *_Nullable factor, size_t count, float *output);
    /// x where it is not negative, else 0, times `factor` where there is one.
    void (*relu)(const float *input, const float *_Nullable factor, size_t count, float *output);
    /// x * sigmoid(x), times `factor` where there is one.
    void (*silu)(const float *input, const float *_Nullable factor, size_t count, float *output);

    /// `sum[i] += input[i]`.
    void (*add)(const float *input, size_t count, float *sum);
    /// The mean of each of `width` elements over some rows, and the deviation from it (of the rows themselves, biased). Each
    /// element by itself, from the first row to the last.
    void (*moments)(const tacit_ring_rows *rows, size_t width, float *mean, float *deviation);

    /// Rotates the first `2 * half` elements of each head of each row in place, element `i` paired with `half + i`
    /// (Su et al. 2021, RoFormer). `heads`: `[rows][stride]`, `head_count` heads side by side; `cosines`, `sines`:
    /// `[rows][angle_stride]`, `half` of them used.
    void (*rotate)(
        float *heads, size_t stride, size_t rows, size_t head_count, size_t head_width, size_t half,
        const float *cosines, const float *sines, size_t angle_stride);

    /// Puts keys and values of successive patches, `[count][stride]`, into the slots of a head's ring from `slot` on
    /// (layout as in `tacit_attention`); `slot + count` is at most `slots`.
    void (*store)(
        const float *new_keys, const float *new_values, size_t stride, size_t count, size_t head_width, size_t slot,
        size_t slots, float *keys, float *values);
    void (*attend)(const tacit_attention *attention);

    void (*softmax)(const float *input, size_t count, float *output);
    void (*sigmoid)(const float *input, size_t count, float *output);
    void (*exponential)(const float *input, size_t count, float *output);

    /// `output[i * step][f] = samples[starts[f] + i] * taper[i]` for i below `count`.
    void (*taper_frames)(
        const float *samples, const size_t *starts, const float *taper, size_t count, size_t step, float *output);
    void (*fourier_pass)(const tacit_fourier_pass *pass, const float *input, float *output);
    /// `output[i] = input[i] * factors[i]`, or its conjugate, with complex factors `[count][2]` that all frames share.
    /// `output` may be `input`.
    void (*multiply_complex)(
        const float *input, const float *factors, size_t count, bool conjugated, float *output);
    /// `power[k] = |transform[k]|^2`.
    void (*power_spectrum)(const float *transform, size_t count, float *power);
    /// `power[k]`, `[length / 2 + 1]`, of a real vector x of an even length, from the transform of `length / 2` complex
    /// numbers x[2 j] / 2 + i x[2 j + 1] / 2. `twiddles`, `[length / 4 + 1][2]`: -i exp(-2i pi k / length).
    void (*packed_power_spectrum)(const float *transform, size_t length, const float *twiddles, float *power);
    /// `energies[m] = sum over j of power[first_bin + j] * weight[j]`, the weights of all bands one behind another.
    void (*mel_energies)(
        const float *power, const tacit_mel_band *bands, size_t mels, const float *weights, float *energies);
    /// `output[f][m] = (log(energies[m][f] + log_offset) - mean) / deviation` for the first `frames` frames. What is no
    /// finite number counts as the largest that is. `energies` is read up to a multiple of 8 bands.
    void (*log_mels)(
        const float *energies, size_t mels, float log_offset, float mean, float deviation, size_t frames,
        float *output);
} tacit_kernels;

/// The tables that this machine can run, `portable` first and the fastest last; NULL past the end.
const tacit_kernels *_Nullable tacit_kernels_at(size_t index);

/// The table of a name, NULL if this machine can't run it; without a name, the fastest that it can.
const tacit_kernels *_Nullable tacit_kernels_named(const char *_Nullable name);

/// `cosines[i] = cos(position * frequencies[i])`, and the sines: exact to a rounding of float32 for positions up to
/// 2^40, the same on every machine.
void tacit_rotary_angles(
    uint64_t position, const float *frequencies, size_t count, float *cosines, float *sines);

/// Tells the processor that this thread is spinning.
static inline void tacit_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#pragma clang assume_nonnull end

#endif
