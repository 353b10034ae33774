#include "CTacitFLAC.h"

#include <FLAC/stream_decoder.h>
#include <stdlib.h>
#include <string.h>

// The name of the format, and the block that every stream begins with.
enum { head_size = 42 };

// Bytes of a damaged stretch that are kept; a longer one costs the frame behind it as well.
enum { most_kept = 8 << 20 };

struct tacit_flac {
    FLAC__StreamDecoder *decoder;
    tacit_flac_supply supply;
    void *context;
    tacit_flac_block block;
    float *samples;
    size_t capacity;
    // Frames of the last step: the good one, and the silence that libFLAC (from 1.4 on) puts in front of it for those that are
    // missing. By that it overwrites the good one, which is then decoded again by a decoder that knows of none before.
    int frames;
    // The frame is to be given at the next call.
    bool is_held;
    bool is_damaged;
    bool has_failed;
    bool is_ogg;
    uint8_t head[head_size];
    // How much of the head is there, and how much of it is still to be given to another decoder.
    size_t head_count, head_left;
    // What was supplied since the end of the last good frame, and how much of it the decoder has been given.
    uint8_t *kept;
    size_t kept_count, kept_capacity, kept_given;
    // Bytes that were supplied before those.
    uint64_t kept_start;
};

// Keeps bytes for another decoder; without memory for it, none.
static void keep(tacit_flac *flac, const uint8_t *bytes, size_t count) {
    if (flac->is_ogg) return;
    const uint64_t end = flac->kept_start + flac->kept_count;
    if (end < head_size) {
        const size_t part = count < head_size - end ? count : (size_t)(head_size - end);
        memcpy(flac->head + end, bytes, part);
        flac->head_count = (size_t)end + part;
    }
    if (flac->kept_count + count > flac->kept_capacity) {
        size_t capacity = flac->kept_capacity ? 2 * flac->kept_capacity : 1 << 16;
        while (capacity < flac->kept_count + count) capacity *= 2;
        uint8_t *larger = capacity <= most_kept ? realloc(flac->kept, capacity) : NULL;
        if (!larger) {
            flac->kept_start += flac->kept_count + count;
            flac->kept_count = flac->kept_given = 0;
            return;
        }
        flac->kept = larger;
        flac->kept_capacity = capacity;
    }
    memcpy(flac->kept + flac->kept_count, bytes, count);
    flac->kept_count += count;
    flac->kept_given = flac->kept_count;
}

static FLAC__StreamDecoderReadStatus read_bytes(
    const FLAC__StreamDecoder *decoder, FLAC__byte buffer[], size_t *bytes, void *data) {
    (void)decoder;
    tacit_flac *flac = data;
    if (flac->head_left > 0) {
        if (*bytes > flac->head_left) *bytes = flac->head_left;
        memcpy(buffer, flac->head + head_size - flac->head_left, *bytes);
        flac->head_left -= *bytes;
        return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
    }
    if (flac->kept_given < flac->kept_count) {
        if (*bytes > flac->kept_count - flac->kept_given) *bytes = flac->kept_count - flac->kept_given;
        memcpy(buffer, flac->kept + flac->kept_given, *bytes);
        flac->kept_given += *bytes;
        return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
    }
    const long count = flac->supply(flac->context, buffer, *bytes);
    *bytes = count > 0 ? (size_t)count : 0;
    if (count > 0) {
        keep(flac, buffer, (size_t)count);
        return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
    }
    if (count == 0) return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
    flac->has_failed = true;
    return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
}

static FLAC__StreamDecoderTellStatus tell(const FLAC__StreamDecoder *decoder, FLAC__uint64 *position, void *data) {
    (void)decoder;
    const tacit_flac *flac = data;
    *position = flac->kept_start + flac->kept_given;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

// What lies before the end of the last frame is needed no more.
static void forget(tacit_flac *flac) {
    FLAC__uint64 position;
    if (flac->is_ogg || !FLAC__stream_decoder_get_decode_position(flac->decoder, &position)) return;
    if (position <= flac->kept_start || position > flac->kept_start + flac->kept_count) return;
    const size_t count = (size_t)(position - flac->kept_start);
    memmove(flac->kept, flac->kept + count, flac->kept_count - count);
    flac->kept_start += count;
    flac->kept_count -= count;
    flac->kept_given -= count < flac->kept_given ? count : flac->kept_given;
}

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
    flac->frames++;
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

static bool create_decoder(tacit_flac *flac) {
    flac->decoder = FLAC__stream_decoder_new();
    if (!flac->decoder) return false;
    return (flac->is_ogg ? FLAC__stream_decoder_init_ogg_stream : FLAC__stream_decoder_init_stream)(
               flac->decoder, read_bytes, NULL, tell, NULL, NULL, take_frame, take_metadata, take_error, flac)
        == FLAC__STREAM_DECODER_INIT_STATUS_OK;
}

tacit_flac *tacit_flac_create(bool is_ogg, tacit_flac_supply supply, void *context) {
    tacit_flac *flac = calloc(1, sizeof *flac);
    if (!flac) return NULL;
    flac->supply = supply;
    flac->context = context;
    flac->is_ogg = is_ogg;
    if (create_decoder(flac)) return flac;
    tacit_flac_destroy(flac);
    return NULL;
}

void tacit_flac_destroy(tacit_flac *flac) {
    if (!flac) return;
    if (flac->decoder) FLAC__stream_decoder_delete(flac->decoder);
    free(flac->samples);
    free(flac->kept);
    free(flac);
}

// To the next frame or the end. False once nothing more can be decoded.
static bool step(tacit_flac *flac) {
    flac->frames = 0;
    const FLAC__bool went_on = FLAC__stream_decoder_process_single(flac->decoder);
    const FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state(flac->decoder);
    return !flac->has_failed && (went_on || state == FLAC__STREAM_DECODER_END_OF_STREAM)
        && state <= FLAC__STREAM_DECODER_END_OF_STREAM;
}

static bool has_ended(const tacit_flac *flac) {
    return FLAC__stream_decoder_get_state(flac->decoder) == FLAC__STREAM_DECODER_END_OF_STREAM;
}

// Decodes the frame again that was overwritten. False if it can't be.
static bool repeat(tacit_flac *flac) {
    if (flac->is_ogg || flac->head_count < head_size || flac->kept_count == 0) return false;
    FLAC__stream_decoder_delete(flac->decoder);
    // No other block follows the first one.
    flac->head[4] |= 0x80;
    flac->head_left = head_size;
    flac->kept_given = 0;
    if (!create_decoder(flac)) {
        flac->has_failed = true;
        return false;
    }
    do {
        if (!step(flac)) return false;
    } while (flac->frames == 0 && !has_ended(flac));
    return flac->frames == 1;
}

tacit_flac_event tacit_flac_next(tacit_flac *flac, tacit_flac_block *block) {
    if (flac->is_held) {
        flac->is_held = false;
        *block = flac->block;
        return tacit_flac_frame;
    }
    for (;;) {
        flac->is_damaged = false;
        if (!step(flac)) return tacit_flac_failure;
        if (flac->frames > 1) {
            flac->is_damaged = true;
            if (!repeat(flac)) flac->frames = 0;
            if (flac->has_failed) return tacit_flac_failure;
        }
        *block = flac->block;
        if (flac->frames > 0) forget(flac);
        if (flac->is_damaged) {
            flac->is_held = flac->frames > 0;
            return tacit_flac_damage;
        }
        if (flac->frames > 0) return tacit_flac_frame;
        if (has_ended(flac)) return tacit_flac_end;
    }
}
