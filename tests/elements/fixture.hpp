// Endpoints on a shard with the media ports of a machine that exists only here, called as clients call them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "elements/api.hpp"
#include "elements/web_rtc_endpoint.hpp"
#include "pipeline/fixture.hpp"
#include "sdp/fixture.hpp"
#include "transport/memory_link.hpp"

namespace kaskado::elements::test {

using base::Instant;
using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;
using pipeline::Value;
using transport::test::address;
using namespace std::chrono_literals;

using Texts = std::vector<std::string>;

struct EndpointOptions {
  bool recvonly = false;
  bool sendonly = false;
  const char* key_type = "ECDSA";
};

class EndpointTest : public pipeline::test::ShardTest {
 protected:
  explicit EndpointTest(pipeline::PortFunctions ports = {}) : ShardTest(std::move(ports)) {
    configuration.certificates.ecdsa = transport::test::certificate(0);
    shard.add_port({0, "eth0", address("192.0.2.1", 40'000)});
    shard.add_port({1, "eth1", address("2001:db8::1", 40'001)});
    shard.add_port({2, "lo", address("127.0.0.1", 40'002)});
  }

  WebRtcEndpoint& make(const std::string& id, const EndpointOptions& options = {}) {
    const auto made = shard.objects().create(
        kWebRtcEndpointClass, id,
        {Value("pipe"), options.recvonly, options.sendonly, false, options.key_type, "NO_VALUE"});
    EXPECT_TRUE(made.ok()) << made.error().message;
    return dynamic_cast<WebRtcEndpoint&>(*shard.objects().find(id));
  }

  // The candidates told since the last call: "mid index candidate:…".
  Texts take_candidates() {
    Texts told;
    for (const pipeline::Event& event : std::exchange(events, {})) {
      if (event.info != &kIceCandidateFoundEvent) continue;
      const IceCandidate candidate = IceCandidate::from_value(*event.data.find("candidate"));
      told.push_back(candidate.sdp_mid + " " + std::to_string(candidate.sdp_m_line_index) + " " +
                     candidate.candidate);
    }
    return told;
  }

  static std::string answer_of(SdpEndpoint& endpoint, const std::string& offer) {
    const auto answer = endpoint.process_offer(offer);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    return answer.ok() ? answer.value() : std::string();
  }
  static std::string offer_of(SdpEndpoint& endpoint, std::optional<OfferOptions> options = {}) {
    const auto offer = endpoint.generate_offer(std::move(options));
    EXPECT_TRUE(offer.ok()) << offer.error().message;
    return offer.ok() ? offer.value() : std::string();
  }
  static std::string chrome() { return sdp::read_text("offers/chromium-av-dc.sdp"); }
};

template <typename T>
void expect_error(const ApiResult<T>& result, ErrorCode code, const std::string& message) {
  ASSERT_FALSE(result.ok()) << message;
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_EQ(result.error().message, message);
}
// Where only the beginning of the sentence is fixed.
template <typename T>
void expect_error_like(const ApiResult<T>& result, ErrorCode code, const std::string& start) {
  ASSERT_FALSE(result.ok()) << start;
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_TRUE(result.error().message.starts_with(start)) << result.error().message;
  EXPECT_GT(result.error().message.size(), start.size());
}

// Lines of a text that begin like this.
inline Texts lines_with(const std::string& text, const std::string& start) {
  Texts lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\r\n", at), text.size());
    const std::string line = text.substr(at, end - at);
    if (line.starts_with(start)) lines.push_back(line);
    at = end + 2;
  }
  return lines;
}

}  // namespace kaskado::elements::test
