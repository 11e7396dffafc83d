// What other implementations sent (data/README.md): understood, and the same after having been sent once
// more.
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "codec/bitstream/av1.hpp"
#include "codec/frame_facts.hpp"
#include "payload_test_support.hpp"
#include "samples.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using namespace std::chrono_literals;

// Payloads by timestamp. The packets have a header of 12 octets.
std::vector<std::vector<Octets>> read_rtp(const std::string& name) {
  std::vector<std::vector<Octets>> frames;
  const Octets file = read_sample(name);
  base::ByteReader reader(file);
  std::uint32_t newest = 0;
  while (reader.remaining() > 0) {
    const base::Bytes packet = reader.take(reader.u16());
    if (packet.size() <= 12 || packet[0] != 0x80) break;
    const std::uint32_t timestamp = base::load_u32(packet.data() + 4);
    if (frames.empty() || timestamp != newest) frames.emplace_back();
    newest = timestamp;
    frames.back().emplace_back(packet.begin() + 12, packet.end());
  }
  return frames;
}

struct Recording {
  PayloadFormat format;
  std::string file;
  std::size_t frames = 0;
  PictureSize size;
};

const Recording kPictures[] = {
    {{CodecId::vp8}, "vp8.rtp", 2, {82, 50}},     {{CodecId::vp9}, "vp9.rtp", 2, {82, 50}},
    {{CodecId::h264}, "h264.rtp", 3, {82, 50}},   {{CodecId::h265}, "h265.rtp", 2, {82, 50}},
    {{CodecId::h263}, "h263.rtp", 2, {176, 144}},
};

TEST(Recorded, PicturesAreUnderstoodAndSentOnTheSame) {
  for (const Recording& recording : kPictures) {
    const auto depacketizer = Depacketizer::create(recording.format);
    const auto packetizer = Packetizer::create(recording.format);
    const auto sent = read_rtp(recording.file);
    ASSERT_EQ(sent.size(), recording.frames) << recording.file;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_TRUE(depacketizer->starts_frame(sent[i].front())) << recording.file;
      for (std::size_t later = 1; i > 0 && later < sent[i].size(); ++later)
        EXPECT_FALSE(depacketizer->starts_frame(sent[i][later])) << recording.file;
      const auto frame = assemble(*depacketizer, sent[i]);
      ASSERT_TRUE(frame) << recording.file << " " << i;
      EXPECT_EQ(frame->key_frame, i == 0) << recording.file;
      EXPECT_EQ(is_key_frame(recording.format.codec, *frame->bytes), i == 0) << recording.file;
      const auto size = picture_size(recording.format.codec, *frame->bytes);
      if (i == 0) {
        EXPECT_EQ(size, recording.size) << recording.file;
      }

      EncodedFrame encoded = frame_of(recording.format.codec, *frame->bytes, frame->key_frame);
      const auto again = assemble(*depacketizer, packetize(*packetizer, encoded, 150).payloads);
      ASSERT_TRUE(again) << recording.file;
      EXPECT_EQ(*again->bytes, *frame->bytes) << recording.file;
    }
  }
}

TEST(Recorded, SoundIsUnderstood) {
  const auto opus = read_rtp("opus.rtp");
  EXPECT_EQ(opus.size(), 5u);
  for (const auto& payloads : opus) {
    const auto frame = assemble(*Depacketizer::create({CodecId::opus}), payloads);
    ASSERT_TRUE(frame);
    EXPECT_EQ(sound_duration(CodecId::opus, *frame->bytes), base::Duration(20ms));
  }
  const auto speex = read_rtp("speex.rtp");
  EXPECT_EQ(speex.size(), 2u);
  for (const auto& payloads : speex) {
    const auto frame = assemble(*Depacketizer::create({CodecId::speex}), payloads);
    ASSERT_TRUE(frame);
    EXPECT_EQ(sound_duration(CodecId::speex, *frame->bytes), base::Duration(40ms));
  }
}

TEST(Recorded, Av1IsUnderstood) {
  const Octets file = read_sample("av1.obu");
  ASSERT_FALSE(file.empty());
  EXPECT_TRUE(is_key_frame(CodecId::av1, file));
  EXPECT_EQ(picture_size(CodecId::av1, file), (PictureSize{82, 50}));
  // As one frame, without the temporal delimiters.
  const auto payloads =
      packetize(*Packetizer::create({CodecId::av1}), frame_of(CodecId::av1, file, true), 300).payloads;
  const auto frame = assemble(*Depacketizer::create({CodecId::av1}), payloads);
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->key_frame);
  Octets expected;
  std::size_t delimiters = 0;
  for (base::Bytes rest(file); !rest.empty();) {
    Obus obus(rest);
    const auto obu = obus.next();
    ASSERT_TRUE(obu);
    const auto end = static_cast<std::size_t>(obu->payload.data() + obu->payload.size() - rest.data());
    if (obu->header.type() == ObuType::temporal_delimiter) {
      ++delimiters;
    } else {
      expected.insert(expected.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(end));
    }
    rest = rest.subspan(end);
  }
  EXPECT_EQ(delimiters, 2u);
  EXPECT_EQ(*frame->bytes, expected);
}

}  // namespace
}  // namespace kaskado::codec
