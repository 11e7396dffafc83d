#!/usr/bin/env python3
"""Makes the samples of this folder anew: the tests' moving pattern (tests/codec/synthetic.hpp), encoded by ffmpeg.

  tests/codec/data/make.py

Each file is IVF, whatever the codec: every frame as a decoder is to be given it, in decoding order, with the number of its
picture for a time. Needs ffmpeg with libx264, libx265 and libaom."""
import json
import pathlib
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PICTURES = 24
SAMPLES = {
    "h264_high_b_frames": ("H264", "h264", 176, 144, "-c:v libx264 -profile:v high -bf 3 -b_strategy 0 -g 12 -crf 30 -x264-params aud=1:cabac=1:8x8dct=1"),
    "h264_main_interlaced": ("H264", "h264", 176, 144, "-c:v libx264 -profile:v main -bf 0 -g 12 -crf 30 -flags +ildct+ilme -x264-params aud=1:tff=1"),
    "h264_high_422": ("H264", "h264", 176, 144, "-c:v libx264 -profile:v high422 -pix_fmt yuv422p -bf 0 -g 12 -crf 30 -x264-params aud=1"),
    "h265": ("H265", "hevc", 176, 144, "-c:v libx265 -preset medium -x265-params aud=1:repeat-headers=1:bframes=2:keyint=12:crf=32:log-level=none:info=0"),
    "av1": ("AV01", "ivf", 176, 144, "-c:v libaom-av1 -cpu-used 6 -crf 40 -g 12 -lag-in-frames 8"),
    "h263": ("H263", "h263", 176, 144, "-c:v h263 -qscale:v 8 -g 12"),
    "h263_plus": ("H263", "h263", 180, 140, "-c:v h263p -qscale:v 8 -g 12"),
}


def triangle(at, period):
    at %= period
    return at if at < period // 2 else period - at


def picture(width, height, number):
    y = bytearray()
    for row in range(height):
        for column in range(width):
            luma = 32 + triangle(column + 2 * number, 128) + triangle(row + number, 96)
            if (column - 3 * number) % 160 < 48 and row % 120 < 48 and (column - 3 * number) // 8 + row // 8 & 1:
                luma += 64
            y.append(luma)
    chroma_width, chroma_height = (width + 1) // 2, (height + 1) // 2
    u = bytes(96 + triangle(c + number, 128) for r in range(chroma_height) for c in range(chroma_width))
    v = bytes(96 + triangle(r + 2 * number, 128) for r in range(chroma_height) for c in range(chroma_width))
    return bytes(y) + u + v


def run(command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **options).stdout


def without_delimiter(frame, fourcc):
    return frame[2:] if fourcc == "AV01" and frame[:2] == b"\x12\x00" else frame


def make(name, fourcc, extension, width, height, options):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / f"stream.{extension}"
        raw = b"".join(picture(width, height, n) for n in range(PICTURES))
        run(["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{width}x{height}", "-r", "25", "-i", "-",
             *options.split(), "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact", path], input=raw)
        # The order in which pictures come out of a decoder, by the packets that they came from.
        probe = json.loads(run(["ffprobe", "-v", "error", "-show_packets", "-show_frames", "-of", "json", path]))
        packets = [p for p in probe["packets_and_frames"] if p["type"] == "packet"]
        shown = [f for f in probe["packets_and_frames"] if f["type"] == "frame"]
        assert len(shown) == PICTURES, (name, len(shown))
        stream = path.read_bytes()
        at_picture = {f["pkt_pos"]: number for number, f in enumerate(shown)}
        out = bytearray(b"DKIF" + struct.pack("<HH4sHHIIII", 0, 32, fourcc.encode(), width, height, 25, 1, len(packets), 0))
        for packet in packets:
            position, size = int(packet["pos"]), int(packet["size"])
            if extension == "ivf":
                position += 12
            frame = without_delimiter(stream[position:position + size], fourcc)
            out += struct.pack("<IQ", len(frame), at_picture.get(packet["pos"], PICTURES)) + frame
        (HERE / f"{name}.ivf").write_bytes(out)
        print(name, len(out))


for sample, parameters in SAMPLES.items():
    make(sample, *parameters)
