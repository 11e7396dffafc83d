// The server's configuration: `kurento.conf.json` and the files of the classes, as Kurento's users have them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "control/settings.hpp"

namespace kaskado::control {

// mediaServer.net.websocket
struct NetSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8888;
  std::string path = "/kurento";  // with its leading '/'
  int connection_queue = 128;     // connqueue
};

// What audioCodecs and videoCodecs may name, as "opus/48000/2".
struct KnownCodecs {
  std::vector<std::string> audio;
  std::vector<std::string> video;
};

// The classes' files. Texts are empty where nothing is set.
struct MediaSettings {
  // BaseRtpEndpoint: of media sockets; both 0 let the kernel choose, and never one alone.
  std::uint16_t min_port = 0;
  std::uint16_t max_port = 0;
  int mtu_bytes = 1200;
  // WebRtcEndpoint
  std::vector<std::string> network_interfaces;  // empty for all
  std::string external_ipv4;
  std::string external_ipv6;
  std::string stun_server_address;
  std::uint16_t stun_server_port = 3478;
  std::string turn_url;
  std::string pem_certificate_rsa;
  std::string pem_certificate_ecdsa;
  bool ice_tcp = true;
  // SdpEndpoint: codecs as "opus/48000/2", in the order of preference; empty for all that the server knows
  int num_audio_medias = 1;
  int num_video_medias = 1;
  std::vector<std::string> audio_codecs;
  std::vector<std::string> video_codecs;
  // MediaElement
  std::int64_t encoder_bitrate_bps = 300'000;
  std::int64_t min_encoder_bitrate_bps = 0;
  std::int64_t max_encoder_bitrate_bps = 2'147'483'647;
};

struct Configuration {
  NetSettings net;
  ControlSettings control;  // from mediaServer.resources
  // mediaServer.shards: media threads; 0 stands for one a processor.
  int shards = 0;
  MediaSettings media;
  // Sentences for the log: keys that are unknown or without effect.
  std::vector<std::string> warnings;
};

// `conf_file` as given with -f, else the first of /etc/kaskado/kurento.conf.json and
// /etc/kurento/kurento.conf.json that is there, else nothing: the defaults then hold.
std::string find_conf_file(const std::string& given);

// Reads `conf_file` (nothing where empty) and all `*.conf.json` and `*.conf.ini` under `modules_config_path`
// (where empty, under "modules" beside the file). The first file that is missing, unreadable or wrong is the
// error; a default directory that is missing is none. `known` are the codecs that the endpoints have.
base::Result<Configuration> load_configuration(const std::string& conf_file,
                                               const std::string& modules_config_path,
                                               const KnownCodecs& known);

}  // namespace kaskado::control
