// Owners of libavcodec's objects, and what all of this module's codecs share.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/mem.h>
}

#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace kaskado::codec {

struct AvFree {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using AvContext = std::unique_ptr<AVCodecContext, AvFree>;
using AvFrame = std::unique_ptr<AVFrame, AvFree>;
using AvPacket = std::unique_ptr<AVPacket, AvFree>;

// What a codec of libavcodec's works with. Nothing is opened yet. False where there is no memory.
inline bool allocate(const AVCodec& codec, AvContext& context, AvFrame& frame, AvPacket& packet) {
  context.reset(avcodec_alloc_context3(&codec));
  frame.reset(av_frame_alloc());
  packet.reset(av_packet_alloc());
  return context && frame && packet;
}

inline base::Error av_failure(const AVCodecContext& context, int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> reason{};
  av_strerror(code, reason.data(), reason.size());
  return base::Error{std::string(context.codec->name) + ": " + reason.data()};
}

// A copy with the zeros behind it that libavcodec's readers ask for. False where there is no memory.
inline bool fill(AVPacket& packet, base::Bytes bytes) {
  av_packet_unref(&packet);
  if (bytes.empty() || av_new_packet(&packet, static_cast<int>(bytes.size())) != 0) return false;
  std::memcpy(packet.data, bytes.data(), bytes.size());
  return true;
}

// What the container says beforehand, with the zeros behind it. False where there is no memory.
inline bool give_extradata(AVCodecContext& context, base::Bytes bytes) {
  if (bytes.empty()) return true;
  context.extradata = static_cast<std::uint8_t*>(av_mallocz(bytes.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (!context.extradata) return false;
  std::memcpy(context.extradata, bytes.data(), bytes.size());
  context.extradata_size = static_cast<int>(bytes.size());
  return true;
}

// By the codec's name. Null where there is none, or one of the other kind.
inline const AVCodec* find_foreign_decoder(const std::string& codec, AVMediaType type) {
  const AVCodecDescriptor* const descriptor = avcodec_descriptor_get_by_name(codec.c_str());
  return descriptor && descriptor->type == type ? avcodec_find_decoder(descriptor->id) : nullptr;
}

}  // namespace kaskado::codec
