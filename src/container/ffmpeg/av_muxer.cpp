#include "container/ffmpeg/av_muxer.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/codec_desc.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "container/ffmpeg/av_handles.hpp"
#include "container/ffmpeg/sink_io.hpp"
#include "container/jpeg_muxer.hpp"

namespace kaskado::container {
namespace {

constexpr AVRational kNanoseconds{.num = 1, .den = 1'000'000'000};
// For how long a frame waits for those of other tracks that may have to stand before it.
constexpr std::int64_t kMostWaiting_us = 500'000;

const char* name_of(ContainerFormat format) {
  switch (format) {
    case ContainerFormat::matroska:
      return "matroska";
    case ContainerFormat::mp4:
      return "mp4";
    case ContainerFormat::flv:
      return "flv";
    default:
      return "webm";
  }
}

struct FreeFormat {
  void operator()(AVFormatContext* format) const { avformat_free_context(format); }
};

class AvMuxer final : public Muxer {
 public:
  AvMuxer(MuxerSettings settings, std::shared_ptr<ByteSink> sink)
      : settings_(std::move(settings)), io_(std::move(sink)), packet_(av_packet_alloc()) {}

  // Nothing more may go to the sink than what stands there.
  ~AvMuxer() override = default;

  base::Result<void> open() {
    AVFormatContext* made = nullptr;
    avformat_alloc_output_context2(&made, nullptr, name_of(settings_.format), nullptr);
    format_.reset(made);
    if (!format_ || !io_.context() || !packet_) return base::Error{"there is no muxer, or no memory, for it"};
    format_->pb = io_.context();
    format_->flags |= AVFMT_FLAG_CUSTOM_IO;
    format_->max_interleave_delta = kMostWaiting_us;
    format_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    format_->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;  // Opus in MP4 counts as that
    for (const Track& track : settings_.tracks) {
      if (auto added = add(track); !added) return added;
    }
    AvOptions options;
    set_options(options);
    if (const int code = avformat_write_header(format_.get(), options.taken()); code < 0)
      return failure(code);
    avio_flush(format_->pb);
    return io_.failure().empty() ? base::Result<void>{} : base::Error{io_.failure()};
  }

  base::Result<void> write(const TrackFrame& frame) override {
    const auto bytes = frame.bytes ? base::Bytes(*frame.bytes) : base::Bytes{};
    if (frame.track >= format_->nb_streams || bytes.empty()) return {};
    if (auto cut = cut_where_due(frame.decode_time); !cut) return cut;
    if (av_new_packet(packet_.get(), static_cast<int>(bytes.size())) != 0)
      return base::Error{"there is no memory"};
    std::memcpy(packet_->data, bytes.data(), bytes.size());
    const AVRational unit = format_->streams[frame.track]->time_base;
    packet_->stream_index = static_cast<int>(frame.track);
    packet_->pts = ticks(frame.time, unit);
    packet_->dts = std::min(ticks(frame.decode_time, unit), packet_->pts);
    packet_->duration = ticks(frame.duration, unit);
    if (frame.key_frame) packet_->flags |= AV_PKT_FLAG_KEY;
    // What it refuses is a frame that no decoder would take: the others do not suffer for it.
    av_interleaved_write_frame(format_.get(), packet_.get());
    return io_.failure().empty() ? base::Result<void>{} : base::Error{io_.failure()};
  }

  base::Result<void> finish() override {
    const int code = av_write_trailer(format_.get());
    avio_flush(format_->pb);
    return code < 0 || !io_.failure().empty() ? base::Result<void>(failure(code)) : base::Result<void>{};
  }

 private:
  static std::int64_t ticks(base::Duration time, AVRational unit) {
    return av_rescale_q(time.count(), kNanoseconds, unit);
  }

  base::Result<void> add(const Track& track) {
    const AVCodecDescriptor* const descriptor = avcodec_descriptor_get_by_name(track.codec.c_str());
    AVStream* const stream = descriptor ? avformat_new_stream(format_.get(), nullptr) : nullptr;
    if (!stream) return base::Error{"'" + track.codec + "' is no codec that can be written"};
    AVCodecParameters& parameters = *stream->codecpar;
    parameters.codec_id = descriptor->id;
    if (track.kind == Track::Kind::video) {
      parameters.codec_type = AVMEDIA_TYPE_VIDEO;
      parameters.format = AV_PIX_FMT_YUV420P;
      parameters.width = track.width;
      parameters.height = track.height;
      parameters.profile = descriptor->id == AV_CODEC_ID_VP9 ? 0 : FF_PROFILE_UNKNOWN;
      stream->time_base = {.num = 1, .den = 90'000};
    } else {
      parameters.codec_type = AVMEDIA_TYPE_AUDIO;
      parameters.format = AV_SAMPLE_FMT_S16;
      parameters.sample_rate = track.sample_rate;
      parameters.frame_size = descriptor->id == AV_CODEC_ID_AAC ? 1024 : 0;
      av_channel_layout_default(&parameters.ch_layout, std::max(track.channels, 1));
      stream->time_base = {.num = 1, .den = std::max(track.sample_rate, 1)};
    }
    if (track.extradata.empty()) return {};
    parameters.extradata =
        static_cast<std::uint8_t*>(av_mallocz(track.extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    if (!parameters.extradata) return base::Error{"there is no memory"};
    std::memcpy(parameters.extradata, track.extradata.data(), track.extradata.size());
    parameters.extradata_size = static_cast<int>(track.extradata.size());
    return {};
  }

  bool is_matroska() const {
    return settings_.format == ContainerFormat::webm || settings_.format == ContainerFormat::matroska;
  }

  void set_options(AvOptions& options) const {
    const std::int64_t piece_ms = std::max<std::int64_t>(base::to_ms(settings_.piece), 1);
    if (is_matroska()) {
      options.set("cluster_time_limit", piece_ms);
      options.set("cluster_size_limit", std::int64_t{1} << 19);
    }
    // Fragments are cut by cut_where_due(), and each says when it begins: a track may be silent for any time.
    if (settings_.format == ContainerFormat::mp4) {
      options.set("movflags", "frag_custom+empty_moov+default_base_moof+frag_discont");
      options.set("use_editlist", std::int64_t{0});
    }
    if (settings_.format == ContainerFormat::flv && !format_->pb->seekable)
      options.set("flvflags", "no_duration_filesize");
  }

  // Ends the cluster or fragment when it is long enough.
  base::Result<void> cut_where_due(base::Duration time) {
    if (!piece_begun_) piece_begun_ = time;
    if (time - *piece_begun_ < settings_.piece) return {};
    piece_begun_ = time;
    const bool cuts = is_matroska() || settings_.format == ContainerFormat::mp4;
    if (cuts) av_write_frame(format_.get(), nullptr);
    if (settings_.format == ContainerFormat::mp4)
      av_opt_set(format_->priv_data, "movflags", "+frag_discont", 0);
    avio_flush(format_->pb);
    return io_.failure().empty() ? base::Result<void>{} : base::Error{io_.failure()};
  }

  base::Error failure(int code) const { return {io_.failure().empty() ? av_reason(code) : io_.failure()}; }

  const MuxerSettings settings_;
  SinkIo io_;
  AvPacket packet_;
  std::unique_ptr<AVFormatContext, FreeFormat> format_;
  std::optional<base::Duration> piece_begun_;
};

}  // namespace

base::Result<std::unique_ptr<Muxer>> make_av_muxer(MuxerSettings settings, std::shared_ptr<ByteSink> sink) {
  if (settings.format == ContainerFormat::mjpeg) return make_jpeg_muxer(settings, std::move(sink));
  auto muxer = std::make_unique<AvMuxer>(std::move(settings), std::move(sink));
  if (auto opened = muxer->open(); !opened) return std::move(opened).error();
  return std::unique_ptr<Muxer>(std::move(muxer));
}

}  // namespace kaskado::container
