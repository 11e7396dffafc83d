// A frame takes memory once, for itself; cutting it takes none. Operator new is counted in this executable.
#include <gtest/gtest.h>

#include "base/allocation_counter.hpp"
#include "random_frames.hpp"

namespace kaskado::codec {
namespace {

using base::test::allocations;
using namespace test;

constexpr PayloadFormat kFormats[] = {{CodecId::vp8},          {CodecId::vp9},          {CodecId::h264},
                                      {CodecId::h265},         {CodecId::av1},          {CodecId::h263},
                                      {CodecId::opus},         {CodecId::pcma},         {CodecId::speex},
                                      {CodecId::amr_nb, true}, {CodecId::amr_nb, false}};

TEST(Allocation, IsCountedHere) {
  const std::size_t before = allocations;
  ::operator delete(::operator new(sizeof(int)));
  EXPECT_EQ(allocations, before + 1);
}

TEST(Allocation, IsOneAFrame) {
  base::SeededRandom random(5);
  Octets room(1200);
  for (const PayloadFormat& format : kFormats) {
    const auto packetizer = Packetizer::create(format);
    const auto depacketizer = Depacketizer::create(format);
    const std::size_t size = is_video(format.codec) ? 20000 : 200;
    const EncodedFrame frame = frame_of(format.codec, random_frame(random, format.codec, size), true);
    const auto payloads = packetize(*packetizer, frame, room.size()).payloads;
    const std::vector<base::Bytes> spans(payloads.begin(), payloads.end());

    std::size_t before = allocations, count = 0;
    packetizer->begin(frame, room.size());
    while (packetizer->next(room)) ++count;
    EXPECT_EQ(allocations, before) << encoding_name(format.codec);
    EXPECT_EQ(count, payloads.size());

    before = allocations;
    const auto assembled = depacketizer->assemble(spans);
    EXPECT_TRUE(assembled.ok());
    // The octets, and the vector with its count of references that SharedBytes is.
    EXPECT_EQ(allocations, before + 2) << encoding_name(format.codec);

    before = allocations;
    for (const base::Bytes payload : spans) depacketizer->starts_frame(payload);
    EXPECT_FALSE(depacketizer->assemble({}));
    EXPECT_EQ(allocations, before) << encoding_name(format.codec);
  }
}

}  // namespace
}  // namespace kaskado::codec
