#include "control/configuration.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <system_error>
#include <utility>

#include "base/socket_address.hpp"
#include "base/text.hpp"
#include "control/settings_reader.hpp"
#include "control/trust_settings.hpp"

namespace kaskado::control {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMostInt = 2'147'483'647;
constexpr std::string_view kOwnFile = "/etc/kaskado/kurento.conf.json";
constexpr std::string_view kKurentosFile = "/etc/kurento/kurento.conf.json";

template <typename T>
void read_integer(SettingsReader& in, std::string_view key, std::int64_t least, std::int64_t most, T& into) {
  std::int64_t value = static_cast<std::int64_t>(into);
  in.integer(key, least, most, value);
  into = static_cast<T>(value);
}

void read_address(SettingsReader& in, std::string_view key, std::string_view allowed, std::string& into,
                  bool (base::SocketAddress::*is_right)() const) {
  in.text(key, into);
  if (into.empty()) return;
  const auto address = base::SocketAddress::parse(into, 0);
  if (!address || !((*address).*is_right)())
    in.refuse(key, "is \"" + into + "\"; allowed are " + std::string(allowed));
}

void read_resources(SettingsReader& in, Configuration& into) {
  const std::string prefix = "mediaServer.resources.";
  read_limits(in, into.control);
  std::int64_t period_s =
      std::chrono::duration_cast<std::chrono::seconds>(into.control.garbage_collector_period).count();
  in.integer(prefix + "garbageCollectorPeriod", 1, 86'400, period_s);
  into.control.garbage_collector_period = std::chrono::seconds(period_s);
  bool forget = !into.control.remember_requests;
  in.boolean(prefix + "disableRequestCache", forget);
  into.control.remember_requests = !forget;
}

void read_net(SettingsReader& in, const fs::path& folder, NetSettings& net) {
  const std::string prefix = "mediaServer.net.websocket.";
  bool ipv6 = false;
  in.boolean(prefix + "ipv6", ipv6);
  if (ipv6) net.address = "::1";
  read_address(in, prefix + "address", "IPv4 and IPv6 addresses", net.address, &base::SocketAddress::is_set);
  if (net.address.empty()) in.refuse(prefix + "address", "is empty; 0.0.0.0 or :: stand for all interfaces");
  read_access(in, folder, net);
  in.text(prefix + "path", net.path);
  if (!net.path.starts_with('/')) net.path.insert(0, "/");
  read_integer(in, prefix + "connqueue", 1, 65'535, net.connection_queue);
  in.ignore(prefix + "threads", "one thread serves all connections");
  in.ignore(prefix + "registrar.address", "there is no registrar");
  in.ignore(prefix + "registrar.localAddress", "there is no registrar");
}

void read_trusted_certificates(SettingsReader& in, std::string& into) {
  constexpr std::string_view kKey = "mediaServer.trustedCertificates";
  in.text(kKey, into);
  if (!into.empty() && !std::ifstream(into)) in.refuse(kKey, "is \"" + into + "\", which cannot be read; it should be a PEM file");
}

void read_server(SettingsReader& in, const fs::path& folder, Configuration& into) {
  read_resources(in, into);
  read_net(in, folder, into.net);
  read_integer(in, "mediaServer.shards", 0, 256, into.shards);
  read_integer(in, "mediaServer.spreadLoad", 0, 100, into.spread_load);
  std::int64_t delay_us = base::to_us(into.media.max_coalescing_delay);
  in.integer("mediaServer.maxCoalescingDelay", 0, 20'000, delay_us);
  into.media.max_coalescing_delay = std::chrono::microseconds(delay_us);
  read_trusted_certificates(in, into.media.trusted_certificates);
}

// "opus/48000/2"; without a clock rate it is that of video (RFC 3551 §5).
sdp::RtpCodec codec_of(std::string_view text) {
  sdp::RtpCodec codec;
  codec.name = base::take_until(text, '/');
  const std::string_view clock_rate = base::take_until(text, '/');
  codec.clock_rate = clock_rate.empty() ? 90'000 : base::parse_number<std::uint32_t>(clock_rate).value_or(0);
  codec.channels = base::parse_number<std::uint8_t>(text).value_or(1);
  return codec;
}

bool is_codec(const sdp::RtpCodec& codec, std::string_view known) {
  const sdp::RtpCodec other = codec_of(known);
  return base::equals_ignoring_case(codec.name, other.name) && codec.clock_rate == other.clock_rate;
}

// Kurento's own file names it, and so do its users' files.
constexpr std::string_view kKurentosCodec = "AMR/8000";

void read_codecs(SettingsReader& in, std::string_view key, const std::vector<std::string>& known,
                 std::vector<sdp::RtpCodec>& into) {
  std::vector<std::string> names;
  in.names(key, names);
  std::string allowed;
  for (const std::string& codec : known) allowed += (allowed.empty() ? "" : ", ") + codec;
  into.clear();
  for (const std::string& name : names) {
    const sdp::RtpCodec codec = codec_of(name);
    if (std::ranges::any_of(known, [&](const auto& one) { return is_codec(codec, one); })) {
      into.push_back(codec);
    } else if (is_codec(codec, kKurentosCodec)) {
      in.warn(key, "has \"" + name + "\" without effect; known are " + allowed);
    } else {
      in.refuse(key, "has \"" + name + "\"; known are " + allowed);
    }
  }
  // An empty list stands for all.
  if (into.empty() && !names.empty()) in.refuse(key, "has no codec that is known; known are " + allowed);
}

void read_sdp_endpoint(SettingsReader& in, const KnownCodecs& known, Configuration& into) {
  pipeline::MediaConfiguration& media = into.media;
  read_integer(in, "numAudioMedias", 0, 16, media.num_audio_medias);
  read_integer(in, "numVideoMedias", 0, 16, media.num_video_medias);
  read_codecs(in, "audioCodecs", known.audio, media.audio_codecs);
  read_codecs(in, "videoCodecs", known.video, media.video_codecs);
}

void read_base_rtp_endpoint(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  pipeline::MediaConfiguration& media = into.media;
  read_integer(in, "minPort", 0, 65'535, media.min_port);
  read_integer(in, "maxPort", 0, 65'535, media.max_port);
  read_integer(in, "mtu", 576, 1'500, media.mtu_bytes);
  // Of a range with one end the other is Kurento's.
  if (media.min_port != 0 && media.max_port == 0) media.max_port = 65'535;
  if (media.max_port != 0 && media.min_port == 0)
    media.min_port = std::min<std::uint16_t>(1024, media.max_port);
  if (media.min_port > media.max_port) in.refuse("minPort", "is greater than maxPort");
}

// Names with commas between them.
std::vector<std::string> split_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::string_view name = base::trim(base::take_until(list, ','));
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

void read_interfaces(SettingsReader& in, std::vector<std::string>& interfaces) {
  std::string list;
  in.text("networkInterfaces", list);
  interfaces = split_names(list);
}

void read_web_rtc_endpoint(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  pipeline::MediaConfiguration& media = into.media;
  read_interfaces(in, media.network_interfaces);
  read_address(in, "externalIPv4", "IPv4 addresses", media.external_ipv4, &base::SocketAddress::is_v4);
  read_address(in, "externalIPv6", "IPv6 addresses", media.external_ipv6, &base::SocketAddress::is_v6);
  // Clients of 6.13 and 6.14 know one address, of either family.
  std::string external;
  read_address(in, "externalAddress", "IPv4 and IPv6 addresses", external, &base::SocketAddress::is_set);
  if (const auto address = base::SocketAddress::parse(external, 0)) {
    std::string& into_family = address->is_v4() ? media.external_ipv4 : media.external_ipv6;
    if (into_family.empty()) into_family = external;
  }
  read_address(in, "stunServerAddress", "IPv4 and IPv6 addresses", media.stun_server_address,
               &base::SocketAddress::is_set);
  read_integer(in, "stunServerPort", 1, 65'535, media.stun_server_port);
  in.text("turnURL", media.turn_url);
  in.text("pemCertificateRSA", into.certificate_files.rsa);
  in.text("pemCertificateECDSA", into.certificate_files.ecdsa);
  in.boolean("iceTcp", media.ice_tcp);
  in.boolean("iceLite", media.ice_lite);
}

void read_media_element(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  pipeline::MediaConfiguration& media = into.media;
  read_integer(in, "encoderBitrate", 0, kMostInt, media.encoder_bitrate_bps);
  read_integer(in, "minEncoderBitrate", 0, kMostInt, media.min_encoder_bitrate_bps);
  read_integer(in, "maxEncoderBitrate", 0, kMostInt, media.max_encoder_bitrate_bps);
  if (media.min_encoder_bitrate_bps > media.max_encoder_bitrate_bps) {
    in.refuse("minEncoderBitrate", "is greater than maxEncoderBitrate");
  }
}

void read_composite(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  pipeline::MediaConfiguration& media = into.media;
  read_integer(in, "width", 1, 8192, media.composite_width);
  read_integer(in, "height", 1, 8192, media.composite_height);
  read_integer(in, "framerate", 1, 120, media.composite_frames_per_second);
  in.boolean("showNames", media.composite_show_names);
}

void read_uri_endpoint(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  in.text("defaultPath", into.media.default_path);
}

void read_http_endpoint(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  elements::UploadSettings& uploads = into.uploads;
  read_address(in, "serverAddress", "IPv4 and IPv6 addresses", uploads.server_address, &base::SocketAddress::is_set);
  read_integer(in, "port", 0, 65'535, uploads.server_port);
  read_integer(in, "serverPort", 0, 65'535, uploads.server_port);
  in.text("announcedAddress", uploads.announced_address);
  const std::string& announced = uploads.announced_address;
  const bool is_base = base::is_http_address(announced);
  if (announced.find_first_of(is_base ? "?#@ \"" : "/?#@ \"") != std::string::npos)
    in.refuse("announcedAddress", "is \"" + announced + "\"; allowed are names, IP addresses, and http: and https: addresses");
  std::int64_t most_mib = static_cast<std::int64_t>(uploads.most_upload_bytes >> 20);
  in.integer("maxUploadSize", 1, std::int64_t{1} << 30, most_mib);
  uploads.most_upload_bytes = static_cast<std::uint64_t>(most_mib) << 20;
  std::int64_t most_s = std::chrono::duration_cast<std::chrono::seconds>(uploads.most_upload_time).count();
  in.integer("maxUploadTime", 1, 31'536'000, most_s);
  uploads.most_upload_time = std::chrono::seconds(most_s);
}

void read_gaps_fix(SettingsReader& in, media::GapsFix& into) {
  std::string name;
  in.text("gapsFix", name);
  if (name.empty() || name == "NONE") return;
  if (name == "GENPTS") {
    into = media::GapsFix::generate_times;
  } else if (name == "FILL_IF_TRANSCODING") {
    into = media::GapsFix::fill_with_silence;
  } else {
    in.refuse("gapsFix", "is \"" + name + "\"; allowed are NONE, GENPTS and FILL_IF_TRANSCODING");
  }
}

void read_recorder_endpoint(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  pipeline::MediaConfiguration& media = into.media;
  read_gaps_fix(in, media.recorder_gaps_fix);
  std::string roots;
  in.text("roots", roots);
  media.recorder_roots = split_names(roots);
  for (const std::string& root : media.recorder_roots) {
    if (!root.starts_with('/')) in.refuse("roots", "has \"" + root + "\"; allowed are absolute paths, with commas between them");
  }
  in.text("spoolDirectory", media.recorder_spool_folder);
  std::int64_t spooled_mb = static_cast<std::int64_t>(media.recorder_most_spooled_bytes >> 20);
  in.integer("spoolMegabytes", 1, 1 << 20, spooled_mb);
  media.recorder_most_spooled_bytes = static_cast<std::uint64_t>(spooled_mb) << 20;
}

// "50000-50100", Kurento's form.
void read_player_endpoint(SettingsReader& in, const KnownCodecs&, Configuration& into) {
  constexpr std::string_view kKey = "rtspClientPortRange";
  std::string range;
  in.text(kKey, range);
  if (range.empty()) return;
  std::string_view rest = range;
  const auto first = base::parse_number<std::uint16_t>(base::trim(base::take_until(rest, '-')));
  const auto last = base::parse_number<std::uint16_t>(base::trim(rest));
  if (!first || !last || *first == 0 || *first >= *last) {
    in.refuse(kKey, "is \"" + range + "\"; it should be the first and the last port, as in 50000-50100");
    return;
  }
  into.media.rtsp_first_port = *first;
  into.media.rtsp_last_port = *last;
}

using ReadClass = void (*)(SettingsReader&, const KnownCodecs&, Configuration&);
const std::map<std::string, ReadClass, std::less<>>& class_readers() {
  static const std::map<std::string, ReadClass, std::less<>> kReaders{
      {"SdpEndpoint", read_sdp_endpoint},
      {"BaseRtpEndpoint", read_base_rtp_endpoint},
      {"WebRtcEndpoint", read_web_rtc_endpoint},
      {"MediaElement", read_media_element},
      {"Composite", read_composite},
      {"HttpEndpoint", read_http_endpoint},
      {"PlayerEndpoint", read_player_endpoint},
      {"UriEndpoint", read_uri_endpoint},
      {"RecorderEndpoint", read_recorder_endpoint},
  };
  return kReaders;
}

base::Result<void> read_file(const std::string& file, const std::function<void(SettingsReader&)>& read,
                             std::vector<std::string>& warnings) {
  const auto content = read_settings_file(file);
  if (!content) return content.error();
  SettingsReader in(file, *content);
  read(in);
  auto finished = in.finish();
  if (!finished) return std::move(finished).error();
  std::ranges::move(*finished, std::back_inserter(warnings));
  return {};
}

// "SdpEndpoint" for ".../SdpEndpoint.conf.json", empty for a file that is none of ours.
std::string class_of(const fs::path& file) {
  const std::string name = file.filename().string();
  for (const std::string_view ending : {".conf.json", ".conf.ini"}) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return {};
}

base::Result<std::vector<fs::path>> class_files(const std::string& directory) {
  std::error_code error;
  std::vector<fs::path> files;
  fs::recursive_directory_iterator at(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (!class_of(at->path()).empty()) files.push_back(at->path());
  }
  if (error) return base::Error{directory + ": cannot be read: " + error.message()};
  std::ranges::sort(files);
  return files;
}

base::Result<void> read_classes(const std::string& directory, const KnownCodecs& known, Configuration& into) {
  auto files = class_files(directory);
  if (!files) return std::move(files).error();
  for (const fs::path& file : *files) {
    const auto reader = class_readers().find(class_of(file));
    if (reader == class_readers().end()) {
      into.warnings.push_back(file.string() + " has no effect: no class of this server reads it");
      continue;
    }
    const auto read = [&](SettingsReader& in) { reader->second(in, known, into); };
    if (auto done = read_file(file.string(), read, into.warnings); !done) return done;
  }
  return {};
}

}  // namespace

std::string find_conf_file(const std::string& given, const std::string& installed) {
  if (!given.empty()) return given;
  std::error_code ignored;
  for (const std::string_view file : {std::string_view(installed), kOwnFile, kKurentosFile}) {
    if (!file.empty() && fs::exists(file, ignored)) return std::string(file);
  }
  return {};
}

base::Result<Configuration> load_configuration(const std::string& conf_file,
                                               const std::string& modules_config_path,
                                               const KnownCodecs& known) {
  Configuration configuration;
  if (!conf_file.empty()) {
    const fs::path folder = fs::path(conf_file).parent_path();
    const auto read = [&](SettingsReader& in) { read_server(in, folder, configuration); };
    if (auto done = read_file(conf_file, read, configuration.warnings); !done) return std::move(done).error();
  }
  std::string directory = modules_config_path;
  if (directory.empty() && !conf_file.empty()) {
    std::error_code ignored;
    const fs::path beside = fs::path(conf_file).parent_path() / "modules";
    if (fs::is_directory(beside, ignored)) directory = beside.string();
  }
  if (!directory.empty()) {
    if (auto done = read_classes(directory, known, configuration); !done) return std::move(done).error();
  }
  return configuration;
}

}  // namespace kaskado::control
