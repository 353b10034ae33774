#include "CTacitFLACWriter.h"

#include <errno.h>
#include <FLAC/stream_encoder.h>
#include <stdlib.h>
#include <unistd.h>

struct tacit_flac_writer {
    FLAC__StreamEncoder *encoder;
    int descriptor;
    int error;
};

enum { block = 4096 };

static FLAC__StreamEncoderWriteStatus write_bytes(
    const FLAC__StreamEncoder *encoder, const FLAC__byte bytes[], size_t count, uint32_t samples, uint32_t frame,
    void *data) {
    (void)encoder;
    (void)samples;
    (void)frame;
    tacit_flac_writer *writer = data;
    while (count > 0) {
        const ssize_t written = write(writer->descriptor, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            writer->error = written < 0 ? errno : ENOSPC;
            return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR;
        }
        bytes += written;
        count -= (size_t)written;
    }
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static FLAC__StreamEncoderSeekStatus seek_to(const FLAC__StreamEncoder *encoder, FLAC__uint64 place, void *data) {
    (void)encoder;
    tacit_flac_writer *writer = data;
    if (lseek(writer->descriptor, (off_t)place, SEEK_SET) >= 0) return FLAC__STREAM_ENCODER_SEEK_STATUS_OK;
    writer->error = errno;
    return FLAC__STREAM_ENCODER_SEEK_STATUS_ERROR;
}

static FLAC__StreamEncoderTellStatus tell_place(
    const FLAC__StreamEncoder *encoder, FLAC__uint64 *place, void *data) {
    (void)encoder;
    tacit_flac_writer *writer = data;
    const off_t found = lseek(writer->descriptor, 0, SEEK_CUR);
    if (found < 0) {
        writer->error = errno;
        return FLAC__STREAM_ENCODER_TELL_STATUS_ERROR;
    }
    *place = (FLAC__uint64)found;
    return FLAC__STREAM_ENCODER_TELL_STATUS_OK;
}

tacit_flac_writer *tacit_flac_writer_create(int descriptor, uint32_t rate, int *error) {
    *error = ENOMEM;
    tacit_flac_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    writer->descriptor = descriptor;
    writer->encoder = FLAC__stream_encoder_new();
    if (writer->encoder) {
        FLAC__stream_encoder_set_channels(writer->encoder, 1);
        FLAC__stream_encoder_set_bits_per_sample(writer->encoder, 16);
        FLAC__stream_encoder_set_sample_rate(writer->encoder, rate);
        FLAC__stream_encoder_set_blocksize(writer->encoder, block);
        FLAC__stream_encoder_set_streamable_subset(writer->encoder, false);
        if (FLAC__stream_encoder_init_stream(
                writer->encoder, write_bytes, seek_to, tell_place, NULL, writer)
            == FLAC__STREAM_ENCODER_INIT_STATUS_OK)
            return writer;
        if (writer->error) *error = writer->error;
        FLAC__stream_encoder_delete(writer->encoder);
    }
    free(writer);
    return NULL;
}

int tacit_flac_writer_write(tacit_flac_writer *writer, const int16_t *samples, size_t count) {
    FLAC__int32 wide[block];
    while (count > 0) {
        const size_t part = count < block ? count : block;
        for (size_t i = 0; i < part; i++) wide[i] = samples[i];
        if (!FLAC__stream_encoder_process_interleaved(writer->encoder, wide, (uint32_t)part))
            return writer->error ? writer->error : EIO;
        samples += part;
        count -= part;
    }
    return 0;
}

int tacit_flac_writer_finish(tacit_flac_writer *writer) {
    int error = 0;
    if (!FLAC__stream_encoder_finish(writer->encoder)) error = writer->error ? writer->error : EIO;
    FLAC__stream_encoder_delete(writer->encoder);
    free(writer);
    return error;
}
