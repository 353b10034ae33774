#include "CTacitFLAC.h"

#include <FLAC/stream_decoder.h>
#include <stdlib.h>

struct tacit_flac {
    FLAC__StreamDecoder *decoder;
    tacit_flac_supply supply;
    void *context;
    tacit_flac_block block;
    float *samples;
    size_t capacity;
    bool has_frame;
    // The frame is to be given at the next call.
    bool is_held;
    bool is_damaged;
    bool has_failed;
};

static FLAC__StreamDecoderReadStatus read_bytes(
    const FLAC__StreamDecoder *decoder, FLAC__byte buffer[], size_t *bytes, void *data) {
    (void)decoder;
    tacit_flac *flac = data;
    const long count = flac->supply(flac->context, buffer, *bytes);
    *bytes = count > 0 ? (size_t)count : 0;
    if (count > 0) return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
    if (count == 0) return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
    flac->has_failed = true;
    return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
}

// Of several frames in one step the last is taken: libFLAC (from 1.4 on) puts silence for those that are lost in front of a
// good one, and gives none whose checksum fails.
static FLAC__StreamDecoderWriteStatus take_frame(
    const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame, const FLAC__int32 *const channels[], void *data) {
    (void)decoder;
    tacit_flac *flac = data;
    const uint32_t count = frame->header.blocksize;
    const uint32_t width = frame->header.channels;
    const size_t size = (size_t)count * width;
    if (size > flac->capacity) {
        free(flac->samples);
        flac->samples = malloc(size * sizeof *flac->samples);
        flac->capacity = flac->samples ? size : 0;
        if (!flac->samples) {
            flac->has_failed = true;
            return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
        }
    }
    // A power of two: exact for up to 24 bits.
    const float scale = 1.0f / (float)(UINT64_C(1) << (frame->header.bits_per_sample - 1));
    for (uint32_t channel = 0; channel < width; channel++)
        for (uint32_t i = 0; i < count; i++)
            flac->samples[(size_t)i * width + channel] = (float)channels[channel][i] * scale;
    flac->block.rate = frame->header.sample_rate;
    flac->block.channels = width;
    flac->block.count = count;
    flac->block.number = frame->header.number.sample_number;
    flac->block.samples = flac->samples;
    flac->has_frame = true;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void take_metadata(const FLAC__StreamDecoder *decoder, const FLAC__StreamMetadata *metadata, void *data) {
    (void)decoder;
    tacit_flac *flac = data;
    if (metadata->type == FLAC__METADATA_TYPE_STREAMINFO) flac->block.stated = metadata->data.stream_info.total_samples;
}

static void take_error(
    const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *data) {
    (void)decoder;
    (void)status;
    tacit_flac *flac = data;
    flac->is_damaged = true;
}

tacit_flac *tacit_flac_create(bool is_ogg, tacit_flac_supply supply, void *context) {
    tacit_flac *flac = calloc(1, sizeof *flac);
    if (!flac) return NULL;
    flac->supply = supply;
    flac->context = context;
    flac->decoder = FLAC__stream_decoder_new();
    FLAC__StreamDecoderInitStatus status = FLAC__STREAM_DECODER_INIT_STATUS_MEMORY_ALLOCATION_ERROR;
    if (flac->decoder) {
        status = (is_ogg ? FLAC__stream_decoder_init_ogg_stream : FLAC__stream_decoder_init_stream)(
            flac->decoder, read_bytes, NULL, NULL, NULL, NULL, take_frame, take_metadata, take_error, flac);
    }
    if (status == FLAC__STREAM_DECODER_INIT_STATUS_OK) return flac;
    tacit_flac_destroy(flac);
    return NULL;
}

void tacit_flac_destroy(tacit_flac *flac) {
    if (!flac) return;
    if (flac->decoder) FLAC__stream_decoder_delete(flac->decoder);
    free(flac->samples);
    free(flac);
}

tacit_flac_event tacit_flac_next(tacit_flac *flac, tacit_flac_block *block) {
    if (flac->is_held) {
        flac->is_held = false;
        *block = flac->block;
        return tacit_flac_frame;
    }
    for (;;) {
        flac->has_frame = false;
        flac->is_damaged = false;
        const FLAC__bool went_on = FLAC__stream_decoder_process_single(flac->decoder);
        *block = flac->block;
        if (flac->has_failed) return tacit_flac_failure;
        if (flac->is_damaged) {
            flac->is_held = flac->has_frame;
            return tacit_flac_damage;
        }
        if (flac->has_frame) return tacit_flac_frame;
        const FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state(flac->decoder);
        if (state == FLAC__STREAM_DECODER_END_OF_STREAM) return tacit_flac_end;
        if (!went_on || state > FLAC__STREAM_DECODER_END_OF_STREAM) return tacit_flac_failure;
    }
}
