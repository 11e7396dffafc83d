#include "codec/bitstream/nal_units.hpp"

#include <gtest/gtest.h>

#include "codec/codec_id.hpp"
#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

Texts units_of(const std::string& byte_stream) {
  const Octets octets = hex(byte_stream);
  Texts texts;
  NalUnits units(octets);
  while (const auto unit = units.next()) texts.push_back(to_hex(*unit));
  return texts;
}

TEST(NalUnits, AreBetweenStartCodes) {
  EXPECT_EQ(units_of("00 00 00 01 67 42 00 00 01 68 ce 00 00 00 01 65 88"),
            (Texts{"67 42", "68 ce", "65 88"}));
  EXPECT_EQ(units_of("00 00 01 67"), Texts{"67"});
  EXPECT_EQ(units_of("00 00 00 00 00 01 67 00 00 00 00"), Texts{"67"});  // zeros before and behind
  EXPECT_EQ(units_of("aa bb 00 00 01 67 42"), Texts{"67 42"});
  EXPECT_EQ(units_of("00 00 01 00 00 01 00 00 00 01 67"), Texts{"67"});  // empty ones
  EXPECT_EQ(units_of("00 00 01 67 00 00 02 00 01 01"), Texts{"67 00 00 02 00 01 01"});
  EXPECT_EQ(units_of("09 00 00 01 67 00 00 03 01 00 00 00"), Texts{"67 00 00 03 01"});
  EXPECT_EQ(units_of("00 00 01 01 00 01 00 00"), Texts{"01 00 01"});
  EXPECT_EQ(units_of("67 42"), Texts{});
  EXPECT_EQ(units_of("00 00 01"), Texts{});
  EXPECT_EQ(units_of("00 01"), Texts{});
  EXPECT_EQ(units_of(""), Texts{});
}

TEST(NalUnits, AreFoundByTheirFirstOctet) {
  const Octets stream = hex("00 00 01 67 42 00 00 01 68 ce 00 00 01 65 88 00 00 01 65 99");
  const auto idr = find_nal(stream, h264::is_idr);
  ASSERT_TRUE(idr);
  EXPECT_EQ(to_hex(*idr), "65 88");
  EXPECT_FALSE(find_nal(stream, [](std::uint8_t header) { return h264::type_of(header) == h264::kSei; }));
  EXPECT_FALSE(find_nal({}, h264::is_idr));
}

TEST(NalUnits, ChangeBetweenBothForms) {
  const Octets stream = hex("00 00 00 01 67 42 00 00 00 01 65 88 84");
  Octets prefixed, again;
  append_length_prefixed(stream, prefixed);
  EXPECT_EQ(to_hex(prefixed), "00 00 00 02 67 42 00 00 00 03 65 88 84");
  EXPECT_TRUE(append_byte_stream(prefixed, 4, again));
  EXPECT_EQ(again, stream);
  Octets out;
  EXPECT_TRUE(append_byte_stream(hex("02 67 42 00 01 65"), 1, out));
  EXPECT_EQ(to_hex(out), "00 00 00 01 67 42 00 00 00 01 65");
  for (const std::string bad : {"00 03 67 42", "00", "00 01 67 00"})
    EXPECT_FALSE(append_byte_stream(hex(bad), 2, out));
  EXPECT_FALSE(append_byte_stream(hex("ff ff ff ff 01"), 4, out));
}

TEST(CodecId, HasTheNameOfSessionDescriptions) {
  for (int i = 0; i <= static_cast<int>(CodecId::aac); ++i) {
    const auto id = static_cast<CodecId>(i);
    EXPECT_EQ(codec_named(encoding_name(id)), id);
  }
  EXPECT_EQ(encoding_name(CodecId::h263), "H263-1998");
  EXPECT_EQ(encoding_name(CodecId::amr_nb), "AMR");
  EXPECT_EQ(codec_named("vp8"), CodecId::vp8);
  EXPECT_EQ(codec_named("OPUS"), CodecId::opus);
  EXPECT_FALSE(codec_named("H263"));
  EXPECT_FALSE(codec_named("rtx"));
  EXPECT_FALSE(codec_named(""));
}

}  // namespace
}  // namespace kaskado::codec
