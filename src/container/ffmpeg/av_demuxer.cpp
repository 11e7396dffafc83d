#include "container/ffmpeg/av_demuxer.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/display.h>
}

#include <algorithm>
#include <cmath>
#include <utility>

#include "container/ffmpeg/frame_form.hpp"
#include "container/ffmpeg/open_input.hpp"
#include "container/ffmpeg/sound_pieces.hpp"

namespace kaskado::container {
namespace {

int rotation_of(const AVStream& stream) {
  const auto* const matrix = reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (!matrix) return 0;
  const double counterclockwise = av_display_rotation_get(matrix);
  if (std::isnan(counterclockwise)) return 0;
  const int quarters = static_cast<int>(std::lround(-counterclockwise / 90));
  return ((quarters % 4) + 4) % 4 * 90;
}

Track describe(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  Track track{.kind = parameters.codec_type == AVMEDIA_TYPE_VIDEO ? Track::Kind::video : Track::Kind::audio,
              .codec = avcodec_get_name(parameters.codec_id)};
  track.id = codec_id(track.codec);
  track.extradata.assign(parameters.extradata, parameters.extradata + parameters.extradata_size);
  track.width = parameters.width;
  track.height = parameters.height;
  if (stream.avg_frame_rate.den > 0) track.frames_per_second = av_q2d(stream.avg_frame_rate);
  track.rotation_degrees = rotation_of(stream);
  track.sample_rate = parameters.sample_rate;
  track.channels = parameters.ch_layout.nb_channels;
  track.block_bytes = parameters.block_align;
  track.bits_per_sample = parameters.bits_per_coded_sample;
  track.bitrate_bps = static_cast<int>(std::clamp<std::int64_t>(parameters.bit_rate, 0, INT32_MAX));
  track.reordered = parameters.video_delay > 0;
  return track;
}

class AvDemuxer final : public Demuxer {
 public:
  AvDemuxer(std::unique_ptr<Input> input, const DemuxerSettings& settings)
      : input_(std::move(input)), settings_(settings), packet_(av_packet_alloc()) {}

  base::Result<void> choose_tracks() {
    AVFormatContext& format = *input_->format;
    by_stream_.assign(format.nb_streams, kUnused);
    for (const AVMediaType type : {AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO}) choose(type);
    for (unsigned i = 0; i < format.nb_streams; ++i) {
      if (by_stream_[i] == kUnused) format.streams[i]->discard = AVDISCARD_ALL;
    }
    if (tracks_.empty()) return base::Error{"there is neither sound nor a picture in it"};
    if (!packet_) return base::Error{"there is no memory for it"};
    origin_ =
        format.start_time == AV_NOPTS_VALUE ? base::Duration{} : std::chrono::microseconds{format.start_time};
    return {};
  }

  const std::vector<Track>& tracks() const override { return tracks_; }

  std::optional<base::Duration> duration() const override {
    const std::int64_t duration_us = input_->format->duration;
    if (duration_us == AV_NOPTS_VALUE || duration_us <= 0) return std::nullopt;
    return to_duration(duration_us, {.num = 1, .den = AV_TIME_BASE});
  }

  bool can_seek() const override {
    const AVIOContext* const io = input_->format->pb;
    return duration() && (!io || (io->seekable & AVIO_SEEKABLE_NORMAL));
  }

  bool is_live() const override {
    const std::string_view name = input_->format->iformat->name;
    return name == "rtsp" || name == "sdp" || name == "rtp";
  }

  base::Result<std::optional<TrackFrame>> read() override {
    for (TrackState& state : states_) {
      if (auto piece = state.pieces.next()) return piece;
    }
    input_->limit.begin(settings_.most_reading_time);
    for (;;) {
      av_packet_unref(packet_.get());
      const int code = av_read_frame(input_->format, packet_.get());
      if (code == AVERROR(EAGAIN) && !input_->limit.is_over()) continue;
      if (code == AVERROR_EOF && !has_failed()) return std::optional<TrackFrame>();
      if (code < 0) return input_failure(*input_, code);
      const std::size_t track = track_of(*packet_);
      const bool usable =
          track != kUnused && static_cast<std::size_t>(packet_->size) <= settings_.most_frame_bytes;
      if (usable) {
        if (auto frame = take(track)) return frame;
      }
      if (input_->limit.is_over()) return input_failure(*input_, AVERROR_EXIT);
    }
  }

  base::Result<void> seek(base::Duration position) override {
    input_->limit.begin(settings_.most_opening_time);
    const std::int64_t target_us = base::to_us(position + origin_);
    const int code = avformat_seek_file(input_->format, -1, INT64_MIN, target_us, target_us, 0);
    // Before the first frame there is none to go to but the first.
    const int again =
        code < 0 ? avformat_seek_file(input_->format, -1, INT64_MIN, target_us, INT64_MAX, 0) : code;
    if (again < 0) return input_failure(*input_, again);
    for (TrackState& state : states_) {
      state.last.reset();
      state.behind_last.reset();
      state.guessed = 0;
      state.pieces.forget();
    }
    return {};
  }

 private:
  static constexpr std::size_t kUnused = SIZE_MAX;

  struct TrackState {
    FrameForm form;
    AVRational unit;
    SoundPieces pieces;
    std::optional<base::Duration> last;         // decode time of the last frame
    std::optional<base::Duration> behind_last;  // and behind it
    int guessed = 0;                            // of the last frames in a row
  };

  // What broke off reads as an end.
  bool has_failed() const {
    return input_->limit.is_over() || (input_->io && !input_->io->failure().empty());
  }

  void choose(AVMediaType type) {
    AVFormatContext& format = *input_->format;
    const int index = av_find_best_stream(&format, type, -1, -1, nullptr, 0);
    if (index < 0) return;
    const AVStream& stream = *format.streams[index];
    if (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) return;
    by_stream_[static_cast<std::size_t>(index)] = tracks_.size();
    tracks_.push_back(describe(stream));
    states_.push_back({FrameForm(stream), stream.time_base, SoundPieces(*stream.codecpar)});
  }

  // Streams may turn up late; those are not asked for.
  std::size_t track_of(const AVPacket& packet) const {
    const auto index = static_cast<std::size_t>(packet.stream_index);
    return index < by_stream_.size() ? by_stream_[index] : kUnused;
  }

  std::optional<TrackFrame> take(std::size_t track) {
    TrackState& state = states_[track];
    TrackFrame frame{.track = track, .key_frame = (packet_->flags & AV_PKT_FLAG_KEY) != 0};
    if (tracks_[track].kind == Track::Kind::audio) frame.key_frame = true;
    set_times(frame, state);
    frame.bytes = state.form.take(*packet_);
    if (!frame.bytes) return std::nullopt;
    if (!state.pieces.is_wanted(frame)) return frame;
    state.pieces.begin(std::move(frame));
    return state.pieces.next();
  }

  void set_times(TrackFrame& frame, TrackState& state) const {
    const auto time_of = [&](std::int64_t ticks) -> std::optional<base::Duration> {
      if (ticks == AV_NOPTS_VALUE) return std::nullopt;
      return to_duration(ticks, state.unit) - origin_;
    };
    const auto shown = time_of(packet_->pts);
    const auto decoded = time_of(packet_->dts);
    if (packet_->duration > 0) frame.duration = to_duration(packet_->duration, state.unit);
    frame.decode_time = decoded ? *decoded : guess_decode_time(state, shown);
    state.guessed = decoded ? 0 : state.guessed + 1;
    // A clock that begins anew is not held up.
    constexpr base::Duration kMostBack = std::chrono::seconds{1};
    if (state.last && frame.decode_time > *state.last - kMostBack)
      frame.decode_time = std::max(frame.decode_time, *state.last);
    frame.time = std::max(shown.value_or(frame.decode_time), frame.decode_time);
    state.last = frame.decode_time;
    state.behind_last = frame.decode_time + frame.duration;
  }

  // Containers that store the order of showing alone leave it to the codec, and the first frames without.
  static base::Duration guess_decode_time(const TrackState& state, std::optional<base::Duration> shown) {
    constexpr int kMostReordered = 16;
    if (!shown) return state.behind_last.value_or(base::Duration{});
    return state.last && state.guessed < kMostReordered ? std::min(*shown, *state.last) : *shown;
  }

  std::unique_ptr<Input> input_;
  const DemuxerSettings settings_;
  AvPacket packet_;
  std::vector<Track> tracks_;
  std::vector<TrackState> states_;      // by track
  std::vector<std::size_t> by_stream_;  // libavformat's number to ours
  base::Duration origin_{};
};

base::Result<std::unique_ptr<Demuxer>> make(base::Result<std::unique_ptr<Input>> input,
                                            const DemuxerSettings& settings) {
  if (!input) return std::move(input).error();
  auto demuxer = std::make_unique<AvDemuxer>(std::move(*input), settings);
  if (auto chosen = demuxer->choose_tracks(); !chosen) return std::move(chosen).error();
  return std::unique_ptr<Demuxer>(std::move(demuxer));
}

}  // namespace

base::Result<std::unique_ptr<Demuxer>> open_av_demuxer(std::shared_ptr<ByteSource> bytes,
                                                       const DemuxerSettings& settings) {
  return make(open_input(std::move(bytes), settings), settings);
}

base::Result<std::unique_ptr<Demuxer>> open_av_demuxer(const std::string& address,
                                                       const DemuxerSettings& settings) {
  return make(open_input(address, settings), settings);
}

}  // namespace kaskado::container
