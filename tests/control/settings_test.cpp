// That each setting of the classes' files can be seen from outside. The files are read as the server reads them, onto a
// shard with an endpoint and the ports of a machine that exists only here.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <regex>
#include <set>

#include "control/json.hpp"
#include "dtls/certificate.hpp"
#include "elements/api.hpp"
#include "media_setup.hpp"
#include "pipeline/shard_thread.hpp"
#include "temporary_directory.hpp"

namespace kaskado {
namespace {

using control_test::TemporaryDirectory;
using pipeline::Value;

// By file and key.
using Settings = std::map<std::string, std::map<std::string, std::string>>;

std::string text_of(const std::string& file, const std::map<std::string, std::string>& settings) {
  const bool json = file.ends_with(".json");
  std::string text;
  for (const auto& [key, value] : settings) {
    text += json ? (text.empty() ? "{" : ",") + ("\"" + key + "\":" + value) : key + "=" + value + "\n";
  }
  return json ? text + "}" : text;
}

std::shared_ptr<const pipeline::MediaConfiguration> read(const Settings& settings) {
  const TemporaryDirectory directory;
  for (const auto& [file, content] : settings) directory.write(file, text_of(file, content));
  const auto configuration = control::load_configuration("", directory.path().string(), known_codecs());
  EXPECT_TRUE(configuration.ok()) << configuration.error().message;
  const auto media = set_up_media(*configuration);
  EXPECT_TRUE(media.ok()) << media.error().message;
  return *media;
}

class Machine {
 public:
  explicit Machine(const Settings& settings) : configuration_(read(settings)) {
    const auto port = [&](std::uint8_t index, const char* interface, const char* address) {
      shard_.add_port({index, interface, base::SocketAddress::parse(address, 40'000).value()});
    };
    port(0, "eth0", "192.0.2.1");
    port(1, "eth1", "2001:db8::1");
    EXPECT_TRUE(shard_.objects().create(pipeline::kMediaPipelineClass, "pipeline", {}).ok());
    for (const char* key_type : {"RSA", "ECDSA"}) {
      EXPECT_TRUE(shard_.objects()
                      .create(elements::kWebRtcEndpointClass, key_type,
                              {Value("pipeline"), false, false, false, key_type, "NO_VALUE"})
                      .ok());
    }
  }

  std::string get(const std::string& operation) { return control::write_json(invoke("ECDSA", operation, {})); }
  // The lines of an offer that begin like this.
  std::string offer(const std::string& endpoint, const std::string& start) {
    invoke(endpoint, "generateOffer", {Value()});
    invoke(endpoint, "gatherCandidates", {});
    const std::string text = *invoke(endpoint, "getLocalSessionDescriptor", {}).string();
    const std::regex lines(start + "[^\r]*");
    std::string found;
    for (std::sregex_iterator at(text.begin(), text.end(), lines), end; at != end; ++at) found += at->str() + "\n";
    return found;
  }
  // Whether the ports of a real shard are below those that the kernel gives where nothing is set.
  std::string ports() const {
    auto thread = pipeline::ShardThread::start(0, -1, configuration_, {[](const pipeline::Event&) {}});
    EXPECT_TRUE(thread.ok()) << thread.error().message;
    std::promise<bool> below;
    EXPECT_TRUE((*thread)->post([&](pipeline::Shard& shard) {
      constexpr std::uint16_t kFirstEphemeral = 32'768;  // ip(7), ip_local_port_range
      below.set_value(shard.ports().at(0).local.port() < kFirstEphemeral);
    }));
    return below.get_future().get() ? "chosen" : "any";
  }

 private:
  Value invoke(const std::string& object, const std::string& operation, const pipeline::Arguments& arguments) {
    const auto* found = elements::kWebRtcEndpointClass.find_operation(operation);
    const auto result = shard_.objects().invoke(object, *found, arguments);
    EXPECT_TRUE(result.ok()) << operation << ": " << result.error().message;
    return result.ok() ? *result : Value();
  }

  std::shared_ptr<const pipeline::MediaConfiguration> configuration_;
  base::SeededRandom random_{7};
  pipeline::Shard shard_{*configuration_,
                         random_,
                         {base::Instant{std::chrono::seconds{1}}, base::WallTime{1'700'000'000'000'000'000}},
                         [](pipeline::Event) {},
                         [](base::Outbox& outbox) { outbox.clear(); }};
};

std::string pem(dtls::KeyType type) {
  constexpr base::WallTime kNow{1'700'000'000'000'000'000};
  return dtls::Certificate::generate(type, kNow).value()->pem().value();
}

struct Row {
  const char* file;
  const char* key;
  std::string value;
  std::function<std::string(Machine&)> seen;
  std::string expected;  // empty: another than without the setting
};

std::function<std::string(Machine&)> get(const char* operation) {
  return [operation](Machine& machine) { return machine.get(operation); };
}
std::function<std::string(Machine&)> offer(const char* endpoint, const char* start) {
  return [=](Machine& machine) { return machine.offer(endpoint, start); };
}
std::string ports(Machine& machine) { return machine.ports(); }

const char* const kSdp = "SdpEndpoint.conf.json";
const char* const kRtp = "BaseRtpEndpoint.conf.ini";
const char* const kWebRtc = "WebRtcEndpoint.conf.ini";
const char* const kElement = "MediaElement.conf.ini";

std::vector<Row> rows(const TemporaryDirectory& files) {
  const std::string rsa = files.write("other-rsa.pem", pem(dtls::KeyType::rsa_2048));
  const std::string ecdsa = files.write("other-ecdsa.pem", pem(dtls::KeyType::ecdsa_p256));
  return {
      {kSdp, "numAudioMedias", "0", offer("ECDSA", "a=mid:"), "a=mid:video0\n"},
      {kSdp, "numVideoMedias", "0", offer("ECDSA", "a=mid:"), "a=mid:audio0\n"},
      {kSdp, "audioCodecs", R"(["PCMA/8000"])", offer("ECDSA", "m=audio"), "m=audio 9 UDP/TLS/RTP/SAVPF 8\n"},
      {kSdp, "videoCodecs", R"(["H264/90000"])", offer("ECDSA", "a=rtpmap:97"), "a=rtpmap:97 H264/90000\n"},
      {kRtp, "minPort", "21000", ports, "chosen"},
      {kRtp, "maxPort", "22000", ports, "chosen"},
      {kRtp, "mtu", "1400", get("getMtu"), "1400"},
      {kWebRtc, "networkInterfaces", "eth1", get("getNetworkInterfaces"), R"("eth1")"},
      {kWebRtc, "networkInterfaces", "eth1", offer("ECDSA", "a=candidate"), ""},
      {kWebRtc, "externalIPv4", "198.51.100.1", offer("ECDSA", "a=candidate[^\r]*198.51.100.1"), ""},
      {kWebRtc, "externalIPv6", "2001:db8::9", offer("ECDSA", "a=candidate[^\r]*2001:db8::9"), ""},
      {kWebRtc, "stunServerAddress", "192.0.2.9", get("getStunServerAddress"), R"("192.0.2.9")"},
      {kWebRtc, "stunServerPort", "3479", get("getStunServerPort"), "3479"},
      {kWebRtc, "turnURL", "u:p@192.0.2.9:3478", get("getTurnUrl"), R"("u:p@192.0.2.9:3478")"},
      {kWebRtc, "pemCertificateRSA", rsa, offer("RSA", "a=fingerprint"), ""},
      {kWebRtc, "pemCertificateECDSA", ecdsa, offer("ECDSA", "a=fingerprint"), ""},
      {kWebRtc, "iceTcp", "0", get("getIceTcp"), "false"},
      {kWebRtc, "iceLite", "1", offer("ECDSA", "a=ice-lite"), "a=ice-lite\n"},
      {kElement, "encoderBitrate", "500000", get("getEncoderBitrate"), "500000"},
      {kElement, "minEncoderBitrate", "400000", get("getMinEncoderBitrate"), "400000"},
      {kElement, "maxEncoderBitrate", "600000", get("getMaxEncoderBitrate"), "600000"},
  };
}

class SettingsTest : public testing::Test {
 protected:
  TemporaryDirectory files;
  // With certificates, which else are new ones for each machine.
  Settings plain{{kWebRtc,
                  {{"pemCertificateRSA", files.write("rsa.pem", pem(dtls::KeyType::rsa_2048))},
                   {"pemCertificateECDSA", files.write("ecdsa.pem", pem(dtls::KeyType::ecdsa_p256))}}}};
};

TEST_F(SettingsTest, EachChangesWhatCanBeSeen) {
  for (const Row& row : rows(files)) {
    SCOPED_TRACE(row.key);
    Machine without(plain);
    Settings settings = plain;
    settings[row.file][row.key] = row.value;
    Machine with(settings);
    const std::string seen = row.seen(with);
    if (!row.expected.empty()) {
      EXPECT_EQ(seen, row.expected);
    }
    EXPECT_NE(seen, row.seen(without));
  }
}

TEST_F(SettingsTest, NoneOfTheShippedFilesIsLeftOut) {
  std::set<std::string> tested;
  for (const Row& row : rows(files)) tested.insert(row.key);
  std::set<std::string> shipped;
  const std::regex key(R"re((?:^|\n);(\w+)=|"(?://)?(\w+)": (?:\d|\[))re");
  for (const char* file : {kSdp, kRtp, kWebRtc, kElement}) {
    std::ifstream in(std::string(KASKADO_CONF "/modules/kurento/") + file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (std::sregex_iterator at(text.begin(), text.end(), key), end; at != end; ++at) {
      shipped.insert(at->str(1) + at->str(2));
    }
  }
  EXPECT_EQ(tested, shipped);
}

}  // namespace
}  // namespace kaskado
