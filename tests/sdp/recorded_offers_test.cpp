// Every recorded offer: read, written and read again; answered in the form that browsers take.
#include "base/text.hpp"
#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

class RecordedText : public testing::TestWithParam<std::string> {};

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

TEST_P(RecordedText, IsTheSameAfterWritingAndReading) {
  const std::string text = read_text(GetParam());
  const SessionDescription once = parse_or_fail(text);
  const std::string written = once.to_string();
  const SessionDescription twice = parse_or_fail(written);
  EXPECT_EQ(once, twice);
  EXPECT_EQ(written, twice.to_string());
}

// Nothing is lost: every line comes back, in whatever order.
TEST_P(RecordedText, KeepsEveryLine) {
  const auto sorted_lines = [](std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
      std::string line(base::trim(base::take_until(text, '\n')));
      if (line.starts_with("a=rtpmap:") && line.ends_with("/1")) line.resize(line.size() - 2);
      if (line.starts_with("a=msid-semantic:") && line[16] != ' ') line.insert(16, " ");
      if (!line.empty()) lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    return lines;
  };
  const std::string text = read_text(GetParam());
  const auto before = sorted_lines(text);
  const auto after = sorted_lines(parse_or_fail(text).to_string());
  std::vector<std::string> lost;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(lost));
  EXPECT_EQ(lost, std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Offers, RecordedText, testing::ValuesIn(list_texts("offers")), test_name);
INSTANTIATE_TEST_SUITE_P(Kurento, RecordedText, testing::ValuesIn(list_texts("kurento")), test_name);

class RecordedOffer : public testing::TestWithParam<std::string> {
 protected:
  const SessionDescription offer_ = read_description(GetParam());
};

void expect_form_of_accepted(const SessionDescription& offer, const MediaDescription& offered,
                             const MediaDescription& answered) {
  EXPECT_EQ(answered.port, 9);
  EXPECT_EQ(answered.transport.setup, SetupRole::active);
  EXPECT_EQ(answered.transport.ice_ufrag.rfind("ufrag", 0), 0u);
  EXPECT_EQ(answered.transport.fingerprints, (std::vector<Fingerprint>{{"sha-256", kFingerprint}}));
  if (offered.kind == MediaKind::application) return;
  EXPECT_TRUE(answered.rtcp_mux);
  EXPECT_EQ(answered.rtcp_rsize, offered.rtcp_rsize);
  EXPECT_EQ(answered.rtcp, (RtcpAddress{9, ConnectionAddress{}}));
  EXPECT_EQ(answered.direction, reverse(offer.direction_of(offered)));
  EXPECT_EQ(answered.ssrcs.empty(), !sends(*answered.direction));
  EXPECT_EQ(answered.msids.empty(), !sends(*answered.direction));
}

// Each answered codec is one of the offer, in its order, with no feedback that was not offered.
void expect_codecs_of_offer(const MediaDescription& offered, const MediaDescription& answered) {
  auto at = offered.codecs.begin();
  for (const RtpCodec& codec : answered.codecs) {
    at = std::find_if(at, offered.codecs.end(),
                      [&](const RtpCodec& c) { return c.payload_type == codec.payload_type; });
    ASSERT_NE(at, offered.codecs.end());
    EXPECT_TRUE(same_encoding(*at, codec));
    EXPECT_EQ(at->parameters, codec.parameters);
    for (const std::string& feedback : codec.feedback) {
      EXPECT_NE(std::find(at->feedback.begin(), at->feedback.end(), feedback), at->feedback.end());
    }
  }
  for (const ExtensionMap& extension : answered.extensions) {
    const bool offered_too =
        std::any_of(offered.extensions.begin(), offered.extensions.end(),
                    [&](const ExtensionMap& e) { return e.id == extension.id && e.uri == extension.uri; });
    EXPECT_TRUE(offered_too) << extension.uri;
  }
}

TEST_P(RecordedOffer, IsAnsweredMediaLineByMediaLine) {
  const Negotiation answer = answer_or_fail(offer_, with_data_channels(), local_parameters(3));
  ASSERT_EQ(answer.local.media.size(), offer_.media.size());
  ASSERT_EQ(answer.media.size(), offer_.media.size());
  for (std::size_t i = 0; i < offer_.media.size(); ++i) {
    const MediaDescription& offered = offer_.media[i];
    const MediaDescription& answered = answer.local.media[i];
    EXPECT_EQ(answered.media, offered.media);
    EXPECT_EQ(answered.protocol, offered.protocol);
    EXPECT_EQ(answered.mid, offered.mid);
    const bool second_video = offered.kind == MediaKind::video && i == 2;
    EXPECT_EQ(answer.media[i].refusal, second_video ? Refusal::too_many_of_kind : Refusal::none);
    if (!answer.media[i].accepted()) {
      EXPECT_EQ(answered.port, 0);
      EXPECT_EQ(answered.direction, Direction::inactive);
      EXPECT_EQ(payload_types(answered), payload_types(offered));
      continue;
    }
    expect_form_of_accepted(offer_, offered, answered);
    expect_codecs_of_offer(offered, answered);
  }
  EXPECT_EQ(parse_or_fail(answer.local.to_string()).to_string(), answer.local.to_string());
}

TEST_P(RecordedOffer, KeepsItsBundleAndPeerSecrets) {
  const Negotiation answer = answer_or_fail(offer_, with_data_channels(), local_parameters(3));
  EXPECT_EQ(answer.transports.size(), transport_groups(offer_).size());
  if (!offer_.groups.empty()) {
    std::vector<std::string> accepted;
    for (const NegotiatedMedia& media : answer.media) {
      if (media.accepted()) accepted.push_back(media.mid);
    }
    EXPECT_EQ(group_mids(answer.local), accepted);
    ASSERT_EQ(answer.transports.size(), 1u);
  }
  for (const NegotiatedTransport& transport : answer.transports) {
    const auto expected = offer_.transport_of(offer_.media[transport.media.front()]);
    EXPECT_EQ(transport.remote_ufrag, expected.ice_ufrag);
    EXPECT_EQ(transport.remote_pwd, expected.ice_pwd);
    EXPECT_EQ(transport.remote_fingerprints, expected.fingerprints);
    EXPECT_EQ(transport.setup, SetupRole::active);
  }
}

TEST_P(RecordedOffer, IsAnsweredAgainAfterIceRestart) {
  const LocalCapabilities capabilities = with_data_channels();
  const Negotiation first = answer_or_fail(offer_, capabilities, local_parameters(3));
  SessionDescription again = offer_;
  again.origin.session_version = "99";
  again.transport.ice_ufrag = "new0";
  again.transport.ice_pwd = "anewpasswordforeveryone";
  for (MediaDescription& media : again.media) {
    media.transport.ice_ufrag = again.transport.ice_ufrag;
    media.transport.ice_pwd = again.transport.ice_pwd;
    if (media.kind != MediaKind::application) media.direction = Direction::recvonly;
  }
  LocalTransportParameters local = local_parameters(3);
  local.session_version = 2;
  const Negotiation second = answer_or_fail(again, capabilities, local);
  EXPECT_EQ(second.local.origin.session_id, first.local.origin.session_id);
  EXPECT_EQ(second.local.origin.session_version, "2");
  EXPECT_EQ(group_mids(second.local), group_mids(first.local));
  for (std::size_t i = 0; i < first.media.size(); ++i) {
    EXPECT_EQ(second.media[i].mid, first.media[i].mid);
    EXPECT_EQ(payload_types(second.local.media[i]), payload_types(first.local.media[i]));
    if (second.media[i].accepted() && second.media[i].kind != MediaKind::application) {
      EXPECT_EQ(second.media[i].direction, Direction::sendonly);
    }
  }
  ASSERT_EQ(second.transports.size(), first.transports.size());
  EXPECT_TRUE(ice_restarted(first.transports[0], second.transports[0]));
  EXPECT_FALSE(ice_restarted(first.transports[0], first.transports[0]));
}

INSTANTIATE_TEST_SUITE_P(Offers, RecordedOffer, testing::ValuesIn(list_texts("offers")), test_name);

}  // namespace
}  // namespace kaskado::sdp
