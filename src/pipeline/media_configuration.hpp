// What the operator chose for the media plane. Read-only once the shards run, and shared by all of them.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "media/recording/gaps_fix.hpp"
#include "sdp/rtp_codec.hpp"

namespace kaskado::dtls {
class Certificate;
}

namespace kaskado::pipeline {

class UploadIntake;

// The server's own certificates. An RSA key takes long to make, so it is made beside the start of the server
// and waited for by the first endpoint that asks for one.
struct Certificates {
  std::shared_ptr<const dtls::Certificate> ecdsa;
  std::shared_future<std::shared_ptr<const dtls::Certificate>> rsa;
};

struct MediaConfiguration {
  // Of media sockets; both 0 let the kernel choose, and never one alone.
  std::uint16_t min_port = 0;
  std::uint16_t max_port = 0;
  int mtu_bytes = 1200;
  // Names of interfaces that candidates may come from; empty stands for all but the loopback.
  std::vector<std::string> network_interfaces;
  // Adds the loopback interface although it is not named.
  bool offer_loopback = false;
  std::string external_ipv4;
  std::string external_ipv6;
  std::string stun_server_address;
  std::uint16_t stun_server_port = 3478;
  std::string turn_url;
  bool ice_tcp = true;
  // Answers checks and makes none (RFC 8445 §2.5), with host candidates alone.
  bool ice_lite = false;
  // What datagrams may be held back for, under load, so that many are dealt with together; 0 for nothing.
  base::Duration max_coalescing_delay = std::chrono::milliseconds(1);
  int num_audio_medias = 1;
  int num_video_medias = 1;
  // In the order of preference, for the offers that the server makes; others are refused in answers.
  std::vector<sdp::RtpCodec> audio_codecs;
  std::vector<sdp::RtpCodec> video_codecs;
  // Bits per second.
  int encoder_bitrate_bps = 300'000;
  int min_encoder_bitrate_bps = 0;
  int max_encoder_bitrate_bps = 2'147'483'647;
  // Of a Composite that is made without its own.
  int composite_width = 800;
  int composite_height = 600;
  int composite_frames_per_second = 15;
  bool composite_show_names = false;  // of ports, in their cells
  // Of UriEndpoints: what a relative name stands behind, an absolute path or an address.
  std::string default_path = "file:///var/lib/kurento";
  // Of PlayerEndpoints: where cameras send to; both 0 for any.
  std::uint16_t rtsp_first_port = 0;
  std::uint16_t rtsp_last_port = 0;
  // Of RecorderEndpoints. Files outside of these folders are refused, where there are any.
  std::vector<std::string> recorder_roots;
  media::GapsFix recorder_gaps_fix = media::GapsFix::none;
  // What is on its way to stores waits here, and each recording has so much of it.
  std::string recorder_spool_folder = "/var/tmp";
  std::uint64_t recorder_most_spooled_bytes = std::uint64_t{2} << 30;
  // A PEM file of authorities that https: servers are held against; empty: the system's.
  std::string trusted_certificates;
  Certificates certificates;
  // Where clients send files to, which is all shards'; without one none can.
  std::shared_ptr<UploadIntake> uploads;
};

}  // namespace kaskado::pipeline
