#include "container/ffmpeg/open_input.hpp"

#include <string_view>
#include <utility>

namespace kaskado::container {
namespace {

using InputRef = std::unique_ptr<Input>;

int refuse_opening(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EACCES);
}

base::Result<InputRef> prepare(const DemuxerSettings& settings, std::shared_ptr<ByteSource> source) {
  auto input = std::make_unique<Input>(settings, std::move(source));
  AVFormatContext* const format = input->format = avformat_alloc_context();
  if (!format || (input->io && !input->io->context())) return base::Error{"there is no memory for it"};
  format->interrupt_callback = input->limit.callback();
  format->probesize = static_cast<std::int64_t>(settings.most_probed_bytes);
  format->max_analyze_duration = base::to_us(settings.most_probed_time);
  format->max_probe_packets = 512;
  format->max_streams = static_cast<int>(settings.most_tracks);
  if (input->io) {
    format->pb = input->io->context();
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    // Nothing that the bytes name is opened.
    format->io_open = refuse_opening;
  }
  return input;
}

base::Result<InputRef> open(InputRef input, const std::string& address, AvOptions& options,
                            const DemuxerSettings& settings) {
  input->limit.begin(settings.most_opening_time);
  // Lets go of the context itself where it fails.
  if (const int code = avformat_open_input(&input->format, address.c_str(), nullptr, options.taken());
      code < 0)
    return input_failure(*input, code);
  if (const int code = avformat_find_stream_info(input->format, nullptr); code < 0)
    return input_failure(*input, code);
  // Some of it may be known all the same, but who cancelled wants none of it.
  if (input->limit.cancelled()) return input_failure(*input, AVERROR_EXIT);
  return input;
}

bool is_rtsp(std::string_view address) {
  return address.starts_with("rtsp:") || address.starts_with("rtsps:");
}

void set_rtsp_options(AvOptions& options, const DemuxerSettings& settings, const char* transport) {
  options.set("protocol_whitelist", "rtp,rtcp,udp,tcp,tls,http,https");
  options.set("rtsp_transport", transport);
  options.set("timeout", base::to_us(settings.most_reading_time));
  options.set("user_agent", "kaskado");
  options.set("buffer_size", 1 << 20);
  // What is reordered by the network is waited for so long.
  options.set("max_delay", 200'000);
  options.set("fpsprobesize", std::int64_t{0});
  options.set("analyzeduration", 1'000'000);
  if (settings.first_port != 0) options.set("min_port", std::int64_t{settings.first_port});
  if (settings.last_port != 0) options.set("max_port", std::int64_t{settings.last_port});
}

void set_http_options(AvOptions& options, const DemuxerSettings& settings) {
  options.set("protocol_whitelist", "http,https,tcp,tls,crypto");
  options.set("user_agent", "kaskado");
  options.set("rw_timeout", base::to_us(settings.most_reading_time));
  options.set("reconnect", 1);
  options.set("reconnect_delay_max", 4);
  // It trusts everybody unless it is told.
  options.set("tls_verify", 1);
  if (!settings.trusted_certificates.empty()) options.set("ca_file", settings.trusted_certificates);
}

base::Result<InputRef> open_rtsp(const std::string& address, const DemuxerSettings& settings,
                                 const char* transport) {
  auto input = prepare(settings, nullptr);
  if (!input) return input;
  AvOptions options;
  set_rtsp_options(options, settings, transport);
  return open(std::move(*input), address, options, settings);
}

}  // namespace

Input::Input(const DemuxerSettings& settings, std::shared_ptr<ByteSource> source)
    : limit(settings), io(source ? std::make_unique<ByteIo>(std::move(source), limit) : nullptr) {}

base::Error input_failure(const Input& input, int code) {
  if (input.limit.cancelled()) return {"it was ended"};
  if (input.io && !input.io->failure().empty()) return {input.io->failure()};
  if (input.limit.expired()) return {"it took too long"};
  if (code == AVERROR_INVALIDDATA || code == AVERROR_EOF) return {"it is no container that can be read"};
  return {av_reason(code)};
}

base::Result<InputRef> open_input(std::shared_ptr<ByteSource> source, const DemuxerSettings& settings) {
  auto input = prepare(settings, std::move(source));
  if (!input) return input;
  AvOptions options;
  options.set("protocol_whitelist", "none");
  return open(std::move(*input), "", options, settings);
}

base::Result<InputRef> open_input(const std::string& address, const DemuxerSettings& settings) {
  if (!is_rtsp(address)) {
    auto input = prepare(settings, nullptr);
    if (!input) return input;
    AvOptions options;
    set_http_options(options, settings);
    return open(std::move(*input), address, options, settings);
  }
  if (settings.rtsp_transport == RtspTransport::tcp) return open_rtsp(address, settings, "tcp");
  auto input = open_rtsp(address, settings, "udp");
  const bool cancelled = settings.cancellation && settings.cancellation->cancelled();
  if (input || cancelled || settings.rtsp_transport == RtspTransport::udp) return input;
  auto over_tcp = open_rtsp(address, settings, "tcp");
  return over_tcp ? std::move(over_tcp) : std::move(input);
}

}  // namespace kaskado::container
