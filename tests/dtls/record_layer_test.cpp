#include "dtls/record_layer.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <set>
#include <vector>

#include "base/random.hpp"

namespace kaskado::dtls {
namespace {

using base::DropReason;
using Datagram = std::vector<std::uint8_t>;

TEST(RecordWindow, AgreesWithASet) {
  base::SeededRandom random(5);
  RecordWindow window;
  std::set<std::uint64_t> taken;
  std::uint64_t next = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t low = next > 80 ? next - 80 : 0;
    const std::uint64_t sequence = low + random.below(random.below(100) == 0 ? 300 : 84);
    const bool too_old = sequence < next && next - 1 - sequence >= 64;
    ASSERT_EQ(window.was_taken(sequence), too_old || taken.contains(sequence)) << sequence;
    if (too_old || taken.contains(sequence)) continue;
    window.take(sequence);
    taken.insert(sequence);
    next = std::max(next, sequence + 1);
  }
}

TEST(RecordWindow, KnowsTheEndsOfTheSequence) {
  RecordWindow window;
  window.take(0);
  EXPECT_TRUE(window.was_taken(0));
  window.take(kMaxSequence);
  EXPECT_TRUE(window.was_taken(kMaxSequence));
  EXPECT_FALSE(window.was_taken(kMaxSequence - 63));
  EXPECT_TRUE(window.was_taken(kMaxSequence - 64));
}

class RecordLayerTest : public testing::TestWithParam<Aead> {
 protected:
  RecordLayerTest() {
    TrafficKey one{GetParam(), {}, {}}, other{GetParam(), {}, {}};
    for (TrafficKey* key : {&one, &other}) {
      random_.fill(key->key.first(key_bytes(GetParam())));
      random_.fill(key->iv.first(fixed_iv_bytes(GetParam())));
    }
    a_ = std::make_unique<RecordLayer>(TrafficKeys{one, other}, 5);
    b_ = std::make_unique<RecordLayer>(TrafficKeys{other, one}, 1);
  }
  Datagram sealed(ContentType type, const Datagram& plain) {
    Datagram datagram(2000);
    datagram.resize(a_->seal(type, plain, datagram));
    return datagram;
  }
  DropReason open(base::Bytes datagram) {
    const auto record = take_record(datagram);
    if (!record) return DropReason::unknown_protocol;
    plain_.resize(2000);
    const auto opened = b_->open(*record, plain_);
    plain_.resize(opened.length);
    return opened.drop;
  }

  base::SeededRandom random_{9};
  std::unique_ptr<RecordLayer> a_, b_;
  Datagram plain_;
};

TEST_P(RecordLayerTest, OpensWhatTheOtherSealed) {
  for (std::size_t size = 0; size < 1200; size += 37) {
    Datagram plain(size);
    random_.fill(plain);
    for (const ContentType type :
         {ContentType::application_data, ContentType::alert, ContentType::handshake}) {
      const Datagram datagram = sealed(type, plain);
      EXPECT_EQ(datagram.size(), size + a_->overhead_bytes());
      ASSERT_EQ(open(datagram), DropReason::none);
      EXPECT_EQ(plain_, plain);
    }
  }
}

TEST_P(RecordLayerTest, CountsOnFromTheHandshakesSequence) {
  const Datagram first = sealed(ContentType::alert, {1, 0}), second = sealed(ContentType::alert, {1, 0});
  base::Bytes rest{first}, next{second};
  const auto record = take_record(rest);
  EXPECT_EQ(record->epoch, 1);
  EXPECT_EQ(record->sequence, 5u);
  EXPECT_EQ(take_record(next)->sequence, 6u);
}

TEST_P(RecordLayerTest, RefusesEveryChangedBitAndThenTakesTheTrueRecord) {
  const Datagram good = sealed(ContentType::application_data, {1, 2, 3});
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    // The epoch is its caller's to look at.
    if (bit / 8 == 3 || bit / 8 == 4) continue;
    Datagram bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_NE(open(bad), DropReason::none) << bit;
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_EQ(open(good), DropReason::none);
  EXPECT_EQ(open(good), DropReason::duplicate_packet);
}

TEST_P(RecordLayerTest, RefusesWhatIsTooShortOrTooLong) {
  const Datagram good = sealed(ContentType::application_data, {});
  Datagram short_one = good;
  short_one.pop_back();
  base::store_u16(short_one.data() + 11, static_cast<std::uint16_t>(short_one.size() - kRecordHeaderBytes));
  EXPECT_EQ(open(short_one), DropReason::bad_dtls);
  Datagram buffer(a_->overhead_bytes() + 9);
  EXPECT_EQ(a_->seal(ContentType::application_data, Datagram(10), buffer), 0u);
  EXPECT_EQ(a_->seal(ContentType::application_data, Datagram(9), buffer), buffer.size());
}

TEST_P(RecordLayerTest, StopsAtTheEndOfTheSequence) {
  RecordLayer last(TrafficKeys{{GetParam(), {}, {}}, {GetParam(), {}, {}}}, kMaxSequence);
  Datagram buffer(100);
  EXPECT_NE(last.seal(ContentType::application_data, Datagram(1), buffer), 0u);
  EXPECT_EQ(last.seal(ContentType::application_data, Datagram(1), buffer), 0u);
}

INSTANTIATE_TEST_SUITE_P(Aeads, RecordLayerTest,
                         testing::Values(Aead::aes_128_gcm, Aead::aes_256_gcm, Aead::chacha20_poly1305));

}  // namespace
}  // namespace kaskado::dtls
