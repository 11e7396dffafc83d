// What a packetizer writes a depacketizer puts together again, whatever the frame and the size of payloads.
#include <gtest/gtest.h>

#include <set>

#include "codec/frame_facts.hpp"
#include "random_frames.hpp"

namespace kaskado::codec {
namespace {

using namespace test;

struct Format {
  PayloadFormat format;
  std::size_t header_bytes = 0;  // of each payload, where frames are cut evenly
  bool marks_start = false;      // payloads say whether they are the first
  bool marks_end = false;        // a frame says whether its end is there
};

const Format kFormats[] = {
    {{CodecId::vp8}, 6, true, false},
    {{CodecId::vp9}, 3, true, true},
    {{CodecId::h264}, 0, false, false},
    {{CodecId::h265}, 0, false, false},
    {{CodecId::av1}, 0, false, false},
    {{CodecId::h263}, 2, true, false},
    {{CodecId::opus}},
    {{CodecId::pcmu}},
    {{CodecId::amr_nb, true}},
    {{CodecId::amr_nb, false}},
    {{CodecId::speex}},
};

class RoundTrip : public testing::TestWithParam<Format> {
 protected:
  const CodecId codec_ = GetParam().format.codec;
  std::unique_ptr<Packetizer> packetizer_ = Packetizer::create(GetParam().format);
  std::unique_ptr<Depacketizer> depacketizer_ = Depacketizer::create(GetParam().format);
  base::SeededRandom random_{static_cast<std::uint64_t>(codec_) + 1};

  void check(std::size_t size, std::size_t most) {
    const Octets bytes = random_frame(random_, codec_, size);
    const EncodedFrame frame = frame_of(codec_, bytes, random_.below(2) == 0);
    const Packetized sent = packetize(*packetizer_, frame, most);
    if (!is_video(codec_) && sent.payloads.empty()) {
      ASSERT_GT(bytes.size() + 1, most);  // too long for one
      return;
    }
    ASSERT_FALSE(sent.payloads.empty());
    const auto received = assemble(*depacketizer_, sent.payloads);
    ASSERT_TRUE(received.ok());
    ASSERT_EQ(*received->bytes, bytes);
    ASSERT_EQ(received->key_frame, is_key_frame(codec_, bytes));
    check_payloads(sent, bytes.size(), most);
  }

  void check_payloads(const Packetized& sent, std::size_t frame_bytes, std::size_t most) {
    const std::size_t count = sent.payloads.size();
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_GT(sent.payloads[i].size(), 0u);
      ASSERT_LE(sent.payloads[i].size(), most);
      ASSERT_EQ(sent.last[i], i + 1 == count);
      if (GetParam().marks_start) {
        ASSERT_EQ(depacketizer_->starts_frame(sent.payloads[i]), i == 0);
      }
    }
    if (GetParam().header_bytes == 0) return;
    const std::size_t per_payload = most - GetParam().header_bytes;
    ASSERT_LE(count, (frame_bytes + 5 + per_payload - 1) / per_payload);
    for (const Octets& payload : sent.payloads) {
      ASSERT_LE(payload.size(), sent.payloads[0].size());
      ASSERT_LT(sent.payloads[0].size() - payload.size(), count);
      if (&payload != &sent.payloads.back()) {
        ASSERT_EQ(payload.size(), sent.payloads[0].size());
      }
    }
  }
};

TEST_P(RoundTrip, GivesTheSameFrameOfEverySize) {
  for (std::size_t size = 1; size <= 5000; ++size) {
    ASSERT_NO_FATAL_FAILURE(check(size, 50 + random_.below(1151))) << size << " bytes";
  }
}

TEST_P(RoundTrip, GivesTheSameFrameInEverySizeOfPayloads) {
  for (std::size_t most = 50; most <= 1200; ++most) {
    ASSERT_NO_FATAL_FAILURE(check(1 + random_.below(5000), most)) << "payloads of " << most;
  }
}

// Down to where nothing fits any more: then there is no payload, or a whole frame.
TEST_P(RoundTrip, GivesTheSameFrameOrNoneInTinyPayloads) {
  for (std::size_t most = 0; most < 50; ++most) {
    for (int i = 0; i < 20; ++i) {
      const Octets bytes = random_frame(random_, codec_, 1 + random_.below(200));
      const Packetized sent = packetize(*packetizer_, frame_of(codec_, bytes, i % 2 == 0), most);
      if (sent.payloads.empty()) continue;
      const auto received = assemble(*depacketizer_, sent.payloads);
      if (!sent.last.back()) continue;  // a NAL unit found no room
      ASSERT_TRUE(received.ok()) << most;
      ASSERT_EQ(*received->bytes, bytes) << most;
    }
  }
}

TEST_P(RoundTrip, ForgetsAFrameWhenTheNextBegins) {
  Octets room(60);
  for (int i = 0; i < 100; ++i) {
    packetizer_->begin(frame_of(codec_, random_frame(random_, codec_, 1 + random_.below(1000))), room.size());
    for (std::uint32_t turns = random_.below(5); turns > 0 && packetizer_->next(room); --turns) continue;
    ASSERT_NO_FATAL_FAILURE(check(1 + random_.below(1000), 300));
  }
}

TEST_P(RoundTrip, OfNothingIsNothing) {
  EXPECT_TRUE(packetize(*packetizer_, frame_of(codec_, {}), 1000).payloads.empty());
  EXPECT_TRUE(packetize(*packetizer_, EncodedFrame{.codec = codec_}, 1000).payloads.empty());
}

TEST_P(RoundTrip, SeesThatTheBeginningOrTheEndIsLost) {
  if (!GetParam().marks_start) return;
  for (int i = 0; i < 500; ++i) {
    const Octets bytes = random_frame(random_, codec_, 500 + random_.below(1000));
    const auto sent = packetize(*packetizer_, frame_of(codec_, bytes), 200).payloads;
    ASSERT_GT(sent.size(), 2u);
    EXPECT_FALSE(assemble(*depacketizer_, {sent.begin() + 1, sent.end()}));
    if (GetParam().marks_end) {
      EXPECT_FALSE(assemble(*depacketizer_, {sent.begin(), sent.end() - 1}));
    }
  }
}

// One fragmented unit: any loss shows.
TEST_P(RoundTrip, SeesLossesOfFragments) {
  const bool nal = codec_ == CodecId::h264 || codec_ == CodecId::h265;
  if (!nal && codec_ != CodecId::av1) return;
  const Octets head = codec_ == CodecId::h264   ? hex("00 00 00 01 65 88")
                      : codec_ == CodecId::h265 ? hex("00 00 00 01 26 01 af")
                                                : hex("32 e8 07");  // a frame of 1000 octets
  const auto sent = packetize(*packetizer_, frame_of(codec_, joined({head, Octets(1000, 7)})), 200).payloads;
  ASSERT_GT(sent.size(), 4u);
  EXPECT_FALSE(assemble(*depacketizer_, {sent.begin() + 1, sent.end()}));
  EXPECT_FALSE(assemble(*depacketizer_, {sent.begin(), sent.end() - 1}));
  EXPECT_FALSE(assemble(*depacketizer_, {sent[0], sent[1], sent[0], sent[1]}));
  EXPECT_TRUE(assemble(*depacketizer_, sent));
}

TEST_P(RoundTrip, ReadsWithinItsBoundsOnAnyInput) {
  for (int i = 0; i < 20000; ++i) {
    std::vector<Octets> payloads;
    std::size_t total = 0;
    for (std::uint32_t count = random_.below(5); count > 0; --count) {
      payloads.push_back(random_octets(random_, random_.below(30)));
      total += payloads.back().size();
      depacketizer_->starts_frame(payloads.back());
    }
    const auto frame = assemble(*depacketizer_, payloads);
    if (frame) {
      ASSERT_LE(frame->bytes->size(), total * 5 + 40);
    }
    if (frame) {
      ASSERT_EQ(frame->bytes->capacity(), frame->bytes->size());
    }
  }
}

// Frames from files are input too.
TEST_P(RoundTrip, WritesNothingThatCannotBeReadOfAnyInput) {
  for (int i = 0; i < 20000; ++i) {
    const auto sent =
        packetize(*packetizer_, frame_of(codec_, random_octets(random_, random_.below(60)), i % 2 == 0),
                  1 + random_.below(60));
    if (!sent.payloads.empty() && sent.last.back() && codec_ != CodecId::opus) {
      ASSERT_TRUE(assemble(*depacketizer_, sent.payloads)) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, testing::ValuesIn(kFormats), [](const auto& parameter) {
  std::string name(encoding_name(parameter.param.format.codec));
  std::erase(name, '-');
  return name + (parameter.param.format.octet_aligned ? "Aligned" : "");
});

}  // namespace
}  // namespace kaskado::codec
