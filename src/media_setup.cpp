#include "media_setup.hpp"

#include <fstream>
#include <sstream>

#include "base/socket_address.hpp"
#include "base/text.hpp"
#include "dtls/certificate.hpp"
#include "loop/loop.hpp"
#include "sdp/capabilities.hpp"

namespace kaskado {

namespace {

using CertificateRef = std::shared_ptr<const dtls::Certificate>;

base::Result<CertificateRef> read_certificate(const std::string& path, const char* key) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return base::Error{std::string(key) + ": cannot read '" + path + "'"};
  auto certificate = dtls::Certificate::from_pem(text.str());
  if (!certificate) return base::Error{std::string(key) + ": '" + path + "': " + certificate.error().message};
  return certificate;
}

base::Result<pipeline::Certificates> make_certificates(const control::MediaSettings& settings) {
  const base::WallTime now = loop::wall_now();
  auto ecdsa = settings.pem_certificate_ecdsa.empty()
                   ? dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, now)
                   : read_certificate(settings.pem_certificate_ecdsa, "pemCertificateECDSA");
  if (!ecdsa) return ecdsa.error();
  pipeline::Certificates certificates;
  certificates.ecdsa = *ecdsa;
  if (!settings.pem_certificate_rsa.empty()) {
    auto rsa = read_certificate(settings.pem_certificate_rsa, "pemCertificateRSA");
    if (!rsa) return rsa.error();
    std::promise<CertificateRef> ready;
    ready.set_value(*rsa);
    certificates.rsa = ready.get_future().share();
    return certificates;
  }
  certificates.rsa = std::async(std::launch::async, [now, ecdsa = *ecdsa] {
                       auto rsa = dtls::Certificate::generate(dtls::KeyType::rsa_2048, now);
                       return rsa ? *rsa : ecdsa;
                     }).share();
  return certificates;
}

// "opus/48000/2"
std::vector<sdp::RtpCodec> codecs(const std::vector<std::string>& names) {
  std::vector<sdp::RtpCodec> codecs;
  for (std::string_view text : names) {
    sdp::RtpCodec& codec = codecs.emplace_back();
    codec.name = base::take_until(text, '/');
    codec.clock_rate = base::parse_number<std::uint32_t>(base::take_until(text, '/')).value_or(90'000);
    codec.channels = base::parse_number<std::uint8_t>(text).value_or(1);
  }
  return codecs;
}

std::vector<std::string> names(const std::vector<sdp::CodecCapability>& codecs) {
  std::vector<std::string> names;
  for (const sdp::CodecCapability& codec : codecs) {
    names.push_back(codec.name + "/" + std::to_string(codec.clock_rate));
    if (codec.channels > 1) names.back() += "/" + std::to_string(codec.channels);
  }
  return names;
}

bool is_loopback(const std::string& address) {
  const auto parsed = base::SocketAddress::parse(address, 0);
  return parsed && parsed->is_loopback();
}

}  // namespace

control::KnownCodecs known_codecs() {
  const sdp::LocalCapabilities capabilities = sdp::default_capabilities();
  return {names(capabilities.audio), names(capabilities.video)};
}

base::Result<std::shared_ptr<const pipeline::MediaConfiguration>> set_up_media(const control::Configuration& configuration) {
  const control::MediaSettings& settings = configuration.media;
  auto certificates = make_certificates(settings);
  if (!certificates) return certificates.error();
  auto media = std::make_shared<pipeline::MediaConfiguration>();
  media->min_port = settings.min_port;
  media->max_port = settings.max_port;
  media->mtu_bytes = settings.mtu_bytes;
  media->network_interfaces = settings.network_interfaces;
  // Who can only be reached from this machine should be reachable from it without a network.
  media->offer_loopback = settings.network_interfaces.empty() && is_loopback(configuration.net.address);
  media->external_ipv4 = settings.external_ipv4;
  media->external_ipv6 = settings.external_ipv6;
  media->stun_server_address = settings.stun_server_address;
  media->stun_server_port = settings.stun_server_port;
  media->turn_url = settings.turn_url;
  media->ice_tcp = settings.ice_tcp;
  media->num_audio_medias = settings.num_audio_medias;
  media->num_video_medias = settings.num_video_medias;
  media->audio_codecs = codecs(settings.audio_codecs);
  media->video_codecs = codecs(settings.video_codecs);
  media->encoder_bitrate_bps = static_cast<int>(settings.encoder_bitrate_bps);
  media->min_encoder_bitrate_bps = static_cast<int>(settings.min_encoder_bitrate_bps);
  media->max_encoder_bitrate_bps = static_cast<int>(settings.max_encoder_bitrate_bps);
  media->certificates = std::move(*certificates);
  return std::shared_ptr<const pipeline::MediaConfiguration>(media);
}

}  // namespace kaskado
