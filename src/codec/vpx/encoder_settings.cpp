#include "codec/vpx/encoder_settings.hpp"

#include <vpx/vp8cx.h>

#include <algorithm>
#include <bit>

namespace kaskado::codec {
namespace {

constexpr int kVga = 640 * 480;
constexpr int kQuarterHd = 960 * 540;
constexpr int kHd = 1280 * 720;

int pixels(const VideoEncoderSettings& settings) {
  return settings.width * settings.height;
}

// More threads than this only wait for each other.
int useful_threads(const VideoEncoderSettings& settings) {
  const int most = pixels(settings) <= kVga ? 1 : pixels(settings) <= kHd ? 2 : 4;
  return std::clamp(settings.threads, 1, most);
}

unsigned log2_of(unsigned value) {
  return static_cast<unsigned>(std::bit_width(value)) - 1;
}

// Negative ones are speeds that stay; positive ones libvpx varies by the time that it measures.
int vp8_speed(const VideoEncoderSettings& settings) {
  return pixels(settings) <= kVga ? -6 : pixels(settings) <= kQuarterHd ? -7 : -8;
}

int vp9_speed(const VideoEncoderSettings& settings) {
  return pixels(settings) <= kQuarterHd ? 7 : 8;
}

// The most that a key frame may take, in percent of a frame's share of the bitrate: half of the optimal
// buffer, and no less than three frames.
unsigned key_frame_percent(const VideoEncoderSettings& settings, const vpx_codec_enc_cfg_t& config) {
  const double half_buffer_seconds = config.rc_buf_optimal_sz / 2000.0;
  return static_cast<unsigned>(std::max(300.0, half_buffer_seconds * settings.frames_per_second * 100));
}

// Takes one setting after the other for as long as none is refused.
class Controls {
 public:
  explicit Controls(vpx_codec_ctx_t& encoder) : encoder_(encoder) {}
  template <typename Value>
  Controls& set(vp8e_enc_control_id id, Value value) {
    ok_ = ok_ && vpx_codec_control_(&encoder_, id, value) == VPX_CODEC_OK;
    return *this;
  }
  bool ok() const { return ok_; }

 private:
  vpx_codec_ctx_t& encoder_;
  bool ok_ = true;
};

}  // namespace

void configure(const VideoEncoderSettings& settings, vpx_codec_enc_cfg_t& config) {
  const bool vp8 = settings.codec == CodecId::vp8;
  config.g_w = static_cast<unsigned>(settings.width);
  config.g_h = static_cast<unsigned>(settings.height);
  config.g_timebase = {.num = 1, .den = kTicksPerSecond};
  config.g_threads = static_cast<unsigned>(useful_threads(settings));
  config.g_pass = VPX_RC_ONE_PASS;
  config.g_lag_in_frames = 0;
  // As WebRTC has it without temporal layers: what is lost is sent again, or a key frame is asked for.
  config.g_error_resilient = 0;
  config.rc_end_usage = VPX_CBR;
  config.rc_target_bitrate = kilobits(settings.bitrate_bps);
  config.rc_min_quantizer = 2;
  config.rc_max_quantizer = vp8 ? 56 : 52;
  config.rc_undershoot_pct = vp8 ? 100 : 50;
  config.rc_overshoot_pct = vp8 ? 15 : 50;
  config.rc_buf_initial_sz = 500;
  config.rc_buf_optimal_sz = 600;
  config.rc_buf_sz = 1000;
  config.rc_dropframe_thresh = 30;
  config.rc_resize_allowed = 0;
  config.kf_mode = VPX_KF_DISABLED;
}

bool control(const VideoEncoderSettings& settings, const vpx_codec_enc_cfg_t& config,
             vpx_codec_ctx_t& encoder) {
  Controls controls(encoder);
  const unsigned log2_threads = log2_of(config.g_threads);
  controls.set(VP8E_SET_STATIC_THRESHOLD, 1u)
      .set(VP8E_SET_MAX_INTRA_BITRATE_PCT, key_frame_percent(settings, config));
  if (settings.codec == CodecId::vp8) {
    controls.set(VP8E_SET_CPUUSED, vp8_speed(settings))
        .set(VP8E_SET_NOISE_SENSITIVITY, 0u)
        .set(VP8E_SET_TOKEN_PARTITIONS, static_cast<int>(log2_threads));
  } else {
    controls.set(VP8E_SET_CPUUSED, vp9_speed(settings))
        .set(VP9E_SET_NOISE_SENSITIVITY, 0u)
        .set(VP9E_SET_AQ_MODE, 3u)  // cyclic refresh
        .set(VP9E_SET_ROW_MT, config.g_threads > 1 ? 1u : 0u)
        .set(VP9E_SET_TILE_COLUMNS, static_cast<int>(log2_threads))
        .set(VP9E_SET_FRAME_PARALLEL_DECODING, 0u);
  }
  return controls.ok();
}

}  // namespace kaskado::codec
