import Foundation
import TacitTestSupport
import Testing

/// Own declarations of libwebp's and giflib's interfaces against their own headers, where those are installed
/// (`TACIT_HEADERS` names a folder that has them otherwise).
@Suite struct LoadedLibraryTests {
    static let folder = ProcessInfo.processInfo.environment["TACIT_HEADERS"] ?? "/usr/include"

    private static func isThere(_ header: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(header)")
    }

    private func check(_ shim: String, _ source: String) throws {
        let folder = try TemporaryFolder()
        let program = try folder.write("check.c", source.utf8)
        let outcome = try Clang.run(
            [
                "-fsyntax-only", "-Werror", "-Wall", "-Wno-pointer-sign", "-I", Self.folder, "-I",
                TestPaths.package.appendingPathComponent("Sources/\(shim)/include").path, program,
            ])
        #expect(outcome.status == 0, "\(outcome.standardError)")
    }

    /// A macro that holds a member of both structures against each other.
    private static let same = """
        #define SAME(theirs, ours, member) _Static_assert(offsetof(theirs, member) == offsetof(struct ours, member) \\
            && sizeof ((theirs *)0)->member == sizeof ((struct ours *)0)->member, #member);
        #define SIZE(theirs, ours) _Static_assert(sizeof(theirs) == sizeof(struct ours), #theirs);

        """

    @Test(.enabled(if: isThere("gif_lib.h"), "libgif-dev is not installed"))
    func declarationsOfGiflibAgree() throws {
        try check(
            "CGIF",
            "#include <gif_lib.h>\n#include <stddef.h>\n#include \"CTacitGIF.h\"\n" + Self.same + """
                typedef int supply(GifFileType *, GifByteType *, int);
                // An enumeration is handed over as a number.
                _Static_assert(sizeof(GifRecordType) == sizeof(int), "record");
                #define int_or_type(f) _Generic(&f, int (*)(GifFileType *, GifRecordType *): 1, default: 0)
                _Static_assert(int_or_type(DGifGetRecordType), "DGifGetRecordType");
                #define DGifGetRecordType stand_in
                int stand_in(GifFileType *, int *);
                #define CHECK(result, name, parameters) result (*check_##name) parameters = name;
                TACIT_GIF_FUNCTIONS(CHECK, GifFileType, supply)
                SAME(ColorMapObject, tacit_gif_map, ColorCount) SAME(ColorMapObject, tacit_gif_map, Colors)
                SIZE(ColorMapObject, tacit_gif_map)
                SAME(GifColorType, tacit_gif_color, Red) SAME(GifColorType, tacit_gif_color, Green)
                SAME(GifColorType, tacit_gif_color, Blue) SIZE(GifColorType, tacit_gif_color)
                SAME(GifImageDesc, tacit_gif_description, Left) SAME(GifImageDesc, tacit_gif_description, Top)
                SAME(GifImageDesc, tacit_gif_description, Width) SAME(GifImageDesc, tacit_gif_description, Height)
                SAME(GifImageDesc, tacit_gif_description, Interlace)
                SAME(GifImageDesc, tacit_gif_description, ColorMap) SIZE(GifImageDesc, tacit_gif_description)
                SAME(GifFileType, tacit_gif_file, SWidth) SAME(GifFileType, tacit_gif_file, SHeight)
                SAME(GifFileType, tacit_gif_file, SColorMap) SAME(GifFileType, tacit_gif_file, Image)
                SAME(GifFileType, tacit_gif_file, Error) SAME(GifFileType, tacit_gif_file, UserData)
                SIZE(GifFileType, tacit_gif_file)
                _Static_assert(tacit_gif_ok == GIF_OK && tacit_gif_image == IMAGE_DESC_RECORD_TYPE
                    && tacit_gif_extension == EXTENSION_RECORD_TYPE && tacit_gif_end == TERMINATE_RECORD_TYPE
                    && tacit_gif_graphics_control == GRAPHICS_EXT_FUNC_CODE
                    && tacit_gif_no_memory == D_GIF_ERR_NOT_ENOUGH_MEM, "values");
                """)
    }

    @Test(.enabled(if: isThere("webp/decode.h"), "libwebp-dev is not installed"))
    func declarationsOfLibwebpAgree() throws {
        try check(
            "CWebP",
            "#include <webp/decode.h>\n#include <stddef.h>\n#include \"CTacitWebP.h\"\n" + Self.same + """
                #define SAME_STATUS(f, ...) \\
                    _Static_assert(_Generic(&f, VP8StatusCode (*)(__VA_ARGS__): 1, default: 0), #f);
                SAME_STATUS(WebPGetFeaturesInternal, const uint8_t *, size_t, WebPBitstreamFeatures *, int)
                SAME_STATUS(WebPDecode, const uint8_t *, size_t, WebPDecoderConfig *)
                _Static_assert(sizeof(VP8StatusCode) == sizeof(int) && sizeof(WEBP_CSP_MODE) == sizeof(int), "enums");
                // A status is taken as a number: the same functions, with such a result.
                int number_of_features(const uint8_t *, size_t, WebPBitstreamFeatures *, int);
                int number_of_decoding(const uint8_t *, size_t, WebPDecoderConfig *);
                #define WebPGetFeaturesInternal number_of_features
                #define WebPDecode number_of_decoding
                #define CHECK(result, name, parameters) result (*check_##name) parameters = name;
                TACIT_WEBP_FUNCTIONS(CHECK, WebPBitstreamFeatures, WebPDecoderConfig)
                #define FEATURE(member) SAME(WebPBitstreamFeatures, tacit_webp_features, member)
                FEATURE(width) FEATURE(height) FEATURE(has_alpha) FEATURE(has_animation) FEATURE(format)
                SIZE(WebPBitstreamFeatures, tacit_webp_features)
                #define OUTPUT(member) SAME(WebPDecBuffer, tacit_webp_buffer, member)
                OUTPUT(colorspace) OUTPUT(is_external_memory) OUTPUT(u) OUTPUT(u.RGBA.rgba) OUTPUT(u.RGBA.stride)
                OUTPUT(u.RGBA.size) OUTPUT(private_memory) SIZE(WebPDecBuffer, tacit_webp_buffer)
                #define OPTION(member) SAME(WebPDecoderOptions, tacit_webp_options, member)
                OPTION(use_scaling) OPTION(scaled_width) OPTION(scaled_height) OPTION(use_threads)
                SIZE(WebPDecoderOptions, tacit_webp_options)
                #define PART(member) SAME(WebPDecoderConfig, tacit_webp_configuration, member)
                PART(input) PART(output) PART(options) SIZE(WebPDecoderConfig, tacit_webp_configuration)
                _Static_assert(tacit_webp_interface >> 8 == WEBP_DECODER_ABI_VERSION >> 8, "interface");
                _Static_assert(tacit_webp_rgb == MODE_RGB && tacit_webp_rgba == MODE_RGBA
                    && tacit_webp_ok == VP8_STATUS_OK && tacit_webp_no_memory == VP8_STATUS_OUT_OF_MEMORY
                    && tacit_webp_suspended == VP8_STATUS_SUSPENDED
                    && tacit_webp_not_enough == VP8_STATUS_NOT_ENOUGH_DATA, "values");
                """)
    }
}
