// The server's configuration: `kurento.conf.json` and the files of the classes, as Kurento's users have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "control/settings.hpp"
#include "control/websocket.hpp"
#include "elements/upload/upload_settings.hpp"
#include "pipeline/media_configuration.hpp"

namespace kaskado::control {

// mediaServer.net.websocket
struct NetSettings {
  std::string address = "127.0.0.1";
  bool is_plain = true;  // whether there is a port without TLS
  std::uint16_t port = 8888;
  std::optional<TlsOptions> secure;
  AccessOptions access;
  std::string path = "/kurento";  // with its leading '/'
  int connection_queue = 128;     // connqueue
};

// What audioCodecs and videoCodecs may name, as "opus/48000/2".
struct KnownCodecs {
  std::vector<std::string> audio;
  std::vector<std::string> video;
};

// PEM files with a certificate and its key; empty where one is to be made.
struct CertificateFiles {
  std::string rsa;
  std::string ecdsa;
};

struct Configuration {
  NetSettings net;
  ControlSettings control;  // from mediaServer.resources
  // mediaServer.shards: media threads; 0 stands for one a processor.
  int shards = 0;
  // mediaServer.spreadLoad, in percent: with more of its processor in use, a media thread's pipelines get their
  // further endpoints on other threads. 100 keeps each pipeline together.
  int spread_load = 70;
  // From the classes' files, all but what is not in them: `offer_loopback`, the certificates and `uploads`.
  pipeline::MediaConfiguration media;
  CertificateFiles certificate_files;
  elements::UploadSettings uploads;  // HttpEndpoint
  // Sentences for the log: keys that are unknown or without effect.
  std::vector<std::string> warnings;
};

// `given` with -f, else the first of `installed`, /etc/kaskado/kurento.conf.json and /etc/kurento/kurento.conf.json
// that is there, else nothing: the defaults then hold.
std::string find_conf_file(const std::string& given, const std::string& installed);

// Reads `conf_file` (nothing where empty) and all `*.conf.json` and `*.conf.ini` under `modules_config_path`
// (where empty, under "modules" beside the file). The first file that is missing, unreadable or wrong is the
// error; a default directory that is missing is none. `known` are the codecs that the endpoints have.
base::Result<Configuration> load_configuration(const std::string& conf_file,
                                               const std::string& modules_config_path,
                                               const KnownCodecs& known);

}  // namespace kaskado::control
