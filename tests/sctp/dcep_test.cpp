#include "sctp/dcep.hpp"

#include <gtest/gtest.h>

namespace kaskado::sctp {
namespace {

using Octets = std::vector<std::uint8_t>;

std::optional<ChannelParameters> open_of(const Octets& message) {
  const auto parsed = parse_dcep(message);
  if (!parsed || !std::holds_alternative<ChannelParameters>(*parsed)) return std::nullopt;
  return std::get<ChannelParameters>(*parsed);
}

TEST(Dcep, WritesWhatTheRfcDraws) {
  const ChannelParameters parameters{
      .label = "ab", .protocol = "p", .ordered = false, .max_retransmits = 3, .priority = 512};
  EXPECT_EQ(write_open(parameters), (Octets{0x03, 0x81, 0x02, 0x00, 0, 0, 0, 3, 0, 2, 0, 1, 'a', 'b', 'p'}));
  EXPECT_EQ(write_ack(), Octets{0x02});
}

TEST(Dcep, EveryTypeComesBack) {
  for (const bool ordered : {true, false}) {
    for (const int kind : {0, 1, 2}) {
      ChannelParameters parameters{.label = "l\xc3\xa4", .protocol = "", .ordered = ordered};
      if (kind == 1) parameters.max_retransmits = 0;
      if (kind == 2) parameters.max_lifetime_ms = 70000;
      EXPECT_EQ(open_of(write_open(parameters)), parameters) << ordered << kind;
    }
  }
}

TEST(Dcep, LongestLabelAndProtocol) {
  const ChannelParameters parameters{.label = std::string(65535, 'l'), .protocol = std::string(65535, 'p')};
  EXPECT_EQ(open_of(write_open(parameters)), parameters);
}

TEST(Dcep, AckIsOneOctet) {
  EXPECT_TRUE(parse_dcep(Octets{0x02}));
  EXPECT_FALSE(parse_dcep(Octets{0x02, 0}));
}

TEST(Dcep, RefusesWhatIsCutShortOrTooLong) {
  const Octets whole = write_open({.label = "label", .protocol = "protocol"});
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_dcep(base::Bytes(whole).first(length))) << length;
  Octets longer = whole;
  longer.push_back('x');
  EXPECT_FALSE(parse_dcep(longer));
}

TEST(Dcep, RefusesUnknownTypesAndBadText) {
  EXPECT_FALSE(parse_dcep(Octets{0x00, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));  // not DATA_CHANNEL_OPEN
  EXPECT_TRUE(open_of({0x03, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(open_of({0x03, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(open_of({0x03, 0x40, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(open_of({0x03, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0xff}));
}

}  // namespace
}  // namespace kaskado::sctp
