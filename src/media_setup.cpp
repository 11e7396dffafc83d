#include "media_setup.hpp"

#include <fstream>
#include <sstream>

#include "base/socket_address.hpp"
#include "dtls/certificate.hpp"
#include "elements/upload/upload_server.hpp"
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

base::Result<pipeline::Certificates> make_certificates(const control::CertificateFiles& files) {
  const base::WallTime now = loop::wall_now();
  auto ecdsa = files.ecdsa.empty()
                   ? dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, now)
                   : read_certificate(files.ecdsa, "pemCertificateECDSA");
  if (!ecdsa) return ecdsa.error();
  pipeline::Certificates certificates;
  certificates.ecdsa = *ecdsa;
  if (!files.rsa.empty()) {
    auto rsa = read_certificate(files.rsa, "pemCertificateRSA");
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
  auto certificates = make_certificates(configuration.certificate_files);
  if (!certificates) return certificates.error();
  auto media = std::make_shared<pipeline::MediaConfiguration>(configuration.media);
  // Who can only be reached from this machine should be reachable from it without a network.
  media->offer_loopback = media->network_interfaces.empty() && is_loopback(configuration.net.address);
  media->certificates = std::move(*certificates);
  media->uploads = std::make_shared<elements::UploadServer>(configuration.uploads);
  return std::shared_ptr<const pipeline::MediaConfiguration>(media);
}

}  // namespace kaskado
