// Everything that the instruction sets share, as one table. An instruction set's file sets its target attributes,
// defines `dot`, `DOT_ROWS`, `DOT_OFFSET` and, if it likes, `FETCH_EVENLY` (see product.h), `dot_groups`, `GROUP_ROWS` (see
// product8.h), `dot_blocks`, `BLOCK_ROWS`, `BLOCK_LEVEL` and `BLOCK_SCALE` (see product4.h; `DIRECT` and `dot_direct` where
// they pay) and `TABLE`, `TABLE_NAME`, and includes this.

#include "exponential.h"
#include "logarithm.h"
#include "rows.h"
#include "product.h"
#include "product8.h"
#include "product4.h"
#include "attention.h"
#include "fourier.h"
#include "frames.h"

const tacit_kernels TABLE = {
    .name = TABLE_NAME,
    .multiply_float32 = multiply_float32,
    .multiply_float16 = multiply_float16,
    .multiply_int8 = multiply_int8,
    .multiply_int4 = multiply_int4,
    .multiply_int8_groups = multiply_int8_groups,
    .quantize = quantize,
    .quantize_signed = quantize_signed,
    .quantize_rest = quantize_rest,
    .quantize_groups = quantize_groups,
    .layer_norm = layer_norm,
    .rms_norm = rms_norm,
    .gelu = gelu,
    .gelu_exact = gelu_exact,
    .relu = relu,
    .silu = silu,
    .add = add,
    .moments = moments,
    .rotate = rotate,
    .store = store_keys_values,
    .attend = attend,
    .softmax = softmax,
    .sigmoid = sigmoid,
    .exponential = exponential,
    .taper_frames = taper_frames,
    .fourier_pass = fourier_pass,
    .multiply_complex = multiply_complex,
    .power_spectrum = power_spectrum,
    .packed_power_spectrum = packed_power_spectrum,
    .mel_energies = mel_energies,
    .log_mels = log_mels,
};
