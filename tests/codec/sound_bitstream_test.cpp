// Opus packets (RFC 6716 §3) and how long frames of sound are.
#include <gtest/gtest.h>

#include "bit_string.hpp"
#include "codec/bitstream/opus.hpp"
#include "codec/bitstream/speech.hpp"
#include "codec/frame_facts.hpp"
#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using namespace std::chrono_literals;

// §3.1 table 2: config in five bits, stereo, code 0.
TEST(OpusPacket, SaysItsDurationAndChannels) {
  const base::Duration silk[] = {10ms, 20ms, 40ms, 60ms}, hybrid[] = {10ms, 20ms},
                       celt[] = {2500us, 5ms, 10ms, 20ms};
  for (int config = 0; config < 32; ++config) {
    const base::Duration expected = config < 12   ? silk[config % 4]
                                    : config < 16 ? hybrid[config % 2]
                                                  : celt[config % 4];
    const Octets mono{static_cast<std::uint8_t>(config << 3), 1},
        stereo{static_cast<std::uint8_t>(config << 3 | 4), 1};
    ASSERT_TRUE(parse_opus_packet(mono));
    EXPECT_EQ(parse_opus_packet(mono)->duration(), expected) << config;
    EXPECT_EQ(parse_opus_packet(mono)->channels, 1);
    EXPECT_EQ(parse_opus_packet(stereo)->channels, 2);
  }
}

int frames_of(const Octets& packet) {
  const auto parsed = parse_opus_packet(packet);
  return parsed ? parsed->frames : -1;
}
int frames_of(const std::string& packet) {
  return frames_of(hex(packet));
}

// §3.2; 78 is 20 ms of full-band CELT.
TEST(OpusPacket, CountsItsFrames) {
  EXPECT_EQ(frames_of("f8"), 1);  // nothing in it
  EXPECT_EQ(frames_of("f9 01 02"), 2);
  EXPECT_EQ(frames_of("fa 01 aa bb cc"), 2);
  EXPECT_EQ(frames_of("fb 03 01 02 03"), 3);           // equal
  EXPECT_EQ(frames_of("fb 83 01 00 aa bb cc"), 3);     // with lengths
  EXPECT_EQ(frames_of("fb 42 03 01 02 00 00 00"), 2);  // padded
  EXPECT_EQ(frames_of(joined({hex("fb 42 ff 01"), Octets(255 + 4, 0)})), 2);
  EXPECT_EQ(frames_of("fb c2 01 01 aa bb cc 00"), 2);
  EXPECT_EQ(frames_of("e3 30 "), 48);  // 2.5 ms each
}

// §3.4
TEST(OpusPacket, KeepsItsRules) {
  EXPECT_EQ(frames_of(""), -1);  // R1
  EXPECT_EQ(frames_of(joined({hex("f8"), Octets(1275, 0)})), 1);
  EXPECT_EQ(frames_of(joined({hex("f8"), Octets(1276, 0)})), -1);  // R2
  EXPECT_EQ(frames_of("f9 01 02 03"), -1);                         // R3
  EXPECT_EQ(frames_of("fa"), -1);                                  // R4
  EXPECT_EQ(frames_of("fa 04 aa bb"), -1);
  EXPECT_EQ(frames_of("fa fc"), -1);
  EXPECT_EQ(frames_of("fb"), -1);  // R5
  EXPECT_EQ(frames_of("fb 00"), -1);
  EXPECT_EQ(frames_of("fb 07 01 02 03 04 05 06 07"), -1);  // 140 ms
  EXPECT_EQ(frames_of("e3 31"), -1);                       // 122.5 ms
  EXPECT_EQ(frames_of("fb 02 01 02 03"), -1);              // R6
  EXPECT_EQ(frames_of("fb 41 03 00"), -1);
  EXPECT_EQ(frames_of("fb 41 ff"), -1);
  EXPECT_EQ(frames_of("fb 83 01 03 aa bb cc"), -1);  // R7
  EXPECT_EQ(frames_of("fb 83 01"), -1);
}

TEST(SoundDuration, IsWhatTheFrameHolds) {
  EXPECT_EQ(sound_duration(CodecId::opus, hex("fb 03 01 02 03")), base::Duration(60ms));
  EXPECT_EQ(sound_duration(CodecId::pcmu, Octets(160)), base::Duration(20ms));
  EXPECT_EQ(sound_duration(CodecId::pcma, Octets(1)), base::Duration(125us));
  EXPECT_EQ(sound_duration(CodecId::amr_nb, hex("44 12 34 56 78 9a 7c")), base::Duration(40ms));
  EXPECT_FALSE(sound_duration(CodecId::amr_nb, hex("44 12 34 56 78")));
  EXPECT_FALSE(sound_duration(CodecId::amr_nb, hex("4c")));
  EXPECT_FALSE(sound_duration(CodecId::opus, hex("fb 00")));
  EXPECT_FALSE(sound_duration(CodecId::pcmu, {}));
  EXPECT_FALSE(sound_duration(CodecId::vp8, hex("d0 01 00")));
}

// The Speex manual, tables 9.2 and 10.2: narrow-band frames are |0|mode (4)|…, layers for wide bands |1|mode
// (3)|…
std::string narrow(const std::string& mode, std::size_t bits) {
  return "0" + mode + std::string(bits - 5, '1');
}
std::string wide(const std::string& mode, std::size_t bits) {
  return "1" + mode + std::string(bits - 4, '1');
}
std::optional<int> count(const std::string& bits) {
  return count_speex_frames(BitString(bits).octets());
}
// RFC 5574 §3.3: a zero and ones up to the octet.
std::string padded(std::string bits) {
  for (char bit = '0'; bits.size() % 8 != 0; bit = '1') bits += bit;
  return bits;
}

TEST(SpeexPayload, HasItsFramesCounted) {
  const std::size_t bits[] = {5, 43, 119, 160, 220, 300, 364, 492, 79};
  const char* modes[] = {"0000", "0001", "0010", "0011", "0100", "0101", "0110", "0111", "1000"};
  for (std::size_t i = 0; i < 9; ++i) {
    const std::string frame = narrow(modes[i], bits[i]);
    EXPECT_EQ(count(padded(frame)), 1) << i;
    EXPECT_EQ(count(padded(frame + frame + frame)), 3) << i;
    if (bits[i] > 12) {
      EXPECT_FALSE(count(frame.substr(0, bits[i] / 8 * 8 - 8))) << i;
    }
  }
  const std::size_t layer_bits[] = {4, 36, 112, 192, 352};
  const char* layer_modes[] = {"000", "001", "010", "011", "100"};
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string frame = narrow("0101", 300) + wide(layer_modes[i], layer_bits[i]);
    EXPECT_EQ(count(padded(frame + frame)), 2) << i;
    EXPECT_EQ(count(padded(frame + wide("001", 36) + frame)), 2) << i;  // ultra-wide band
  }
  EXPECT_EQ(count(padded(std::string("01110 0010 1010") + narrow("0011", 160))), 1);  // a signal before it
  EXPECT_EQ(count(padded("01101 0001 11111 11111111" + narrow("0011", 160))), 1);     // one of the user's
  EXPECT_EQ(count(narrow("0011", 160) + "01111 111"), 1);                             // a terminator
  EXPECT_FALSE(count(""));
  EXPECT_FALSE(count("01111 111"));
  EXPECT_FALSE(count("01001 111"));              // mode 9
  EXPECT_FALSE(count(wide("000", 4) + "0000"));  // no layer without a frame
  EXPECT_FALSE(count(narrow("0011", 160) + wide("101", 40)));
}

}  // namespace
}  // namespace kaskado::codec
