#include "container/late_index_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace kaskado::container {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets box(const std::string& type, std::size_t content = 0) {
  Octets bytes(8 + content, 0x5a);
  base::store_u32(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  std::ranges::copy(type, bytes.begin() + 4);
  return bytes;
}

Octets operator+(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Gives a few bytes at a time, as a network does.
class Trickle final : public ByteSource {
 public:
  Trickle(Octets bytes, std::size_t piece, bool breaks_off = false)
      : bytes_(std::move(bytes)), piece_(piece), breaks_off_(breaks_off) {}
  base::Result<std::size_t> read(base::MutableBytes room) override {
    const std::size_t count = std::min({piece_, room.size(), bytes_.size() - at_});
    if (count == 0 && breaks_off_) return base::Error{"it broke off"};
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), count, room.begin());
    at_ += count;
    return count;
  }
  void interrupt() override { ++interrupts; }
  std::size_t given() const { return at_; }
  int interrupts = 0;

 private:
  const Octets bytes_;
  const std::size_t piece_;
  const bool breaks_off_;
  std::size_t at_ = 0;
};

Octets read_all(ByteSource& source) {
  Octets all, piece(100);
  for (;;) {
    const auto count = source.read(piece);
    EXPECT_TRUE(count.ok());
    if (!count || *count == 0) return all;
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*count));
  }
}

const std::string kFolder = std::filesystem::temp_directory_path().string();

TEST(IndexPlace, IsToldByTheFirstBoxes) {
  EXPECT_EQ(index_place({}), IndexPlace::unknown_yet);
  EXPECT_EQ(index_place(box("ftyp", 20)), IndexPlace::unknown_yet);
  EXPECT_EQ(index_place(box("ftyp", 20) + box("moov")), IndexPlace::not_late);
  EXPECT_EQ(index_place(box("ftyp", 20) + box("mdat")), IndexPlace::late);
  EXPECT_EQ(index_place(box("ftyp", 20) + box("free", 4) + box("uuid", 99) + box("wide") + box("mdat")), IndexPlace::late);
  EXPECT_EQ(index_place(box("wide") + box("mdat")), IndexPlace::late);
  EXPECT_EQ(index_place(box("ftyp", 20) + box("moof")), IndexPlace::not_late);
  EXPECT_EQ(index_place(box("uuid", 20)), IndexPlace::not_late);
  EXPECT_EQ(index_place(Octets{0x1a, 0x45, 0xdf, 0xa3, 1, 0, 0, 0, 0}), IndexPlace::not_late);  // Matroska
}

TEST(IndexPlace, OfBoxesWithImpossibleSizesIsNotLate) {
  Octets odd = box("ftyp");
  for (const std::uint32_t size : {0u, 2u, 7u}) {
    base::store_u32(odd.data(), size);
    EXPECT_EQ(index_place(odd + box("mdat")), IndexPlace::not_late) << size;
  }
  Octets longer = box("ftyp", 16);
  base::store_u32(longer.data(), 1);
  base::store_u64(longer.data() + 8, 24);
  EXPECT_EQ(index_place(longer + box("mdat")), IndexPlace::late);
  base::store_u64(longer.data() + 8, ~0ull);
  EXPECT_EQ(index_place(longer + box("mdat")), IndexPlace::unknown_yet);
}

TEST(LateIndexSource, KeepsWhatHasItsIndexAtTheEnd) {
  const Octets file = box("ftyp", 20) + box("mdat", 300'000) + box("moov", 50);
  LateIndexSource source(std::make_shared<Trickle>(file, 777), kFolder, 1 << 20);
  ASSERT_TRUE(source.prepare().ok());
  EXPECT_TRUE(source.can_seek());
  EXPECT_EQ(source.size(), file.size());
  EXPECT_EQ(read_all(source), file);
  ASSERT_TRUE(source.seek(file.size() - 58));
  EXPECT_EQ(read_all(source), box("moov", 50));
}

TEST(LateIndexSource, GivesOthersAsTheyCome) {
  for (const Octets& file : {box("ftyp", 20) + box("moov", 5000) + box("mdat", 9000), Octets(9000, 7), Octets{1, 2}, Octets{}}) {
    const auto trickle = std::make_shared<Trickle>(file, 13);
    LateIndexSource source(trickle, kFolder, 1 << 20);
    ASSERT_TRUE(source.prepare().ok());
    EXPECT_LE(trickle->given(), 50u);
    EXPECT_FALSE(source.can_seek());
    EXPECT_FALSE(source.seek(0));
    EXPECT_EQ(read_all(source), file);
  }
}

TEST(LateIndexSource, LooksForTheIndexInTheBeginningOnly) {
  const auto trickle = std::make_shared<Trickle>(box("ftyp", 20) + box("free", 1 << 20) + box("mdat", 10), 1 << 20);
  LateIndexSource source(trickle, kFolder, 1 << 20);
  ASSERT_TRUE(source.prepare().ok());
  EXPECT_FALSE(source.can_seek());
  EXPECT_LE(trickle->given(), LateIndexSource::kMostBeginning + (64 << 10));
}

TEST(LateIndexSource, SaysWhyItCannotKeepIt) {
  const Octets file = box("ftyp", 20) + box("mdat", 3000) + box("moov", 50);
  EXPECT_EQ(LateIndexSource(std::make_shared<Trickle>(file, 100), kFolder, 2999).prepare().error().message,
            "its index is at its end, and that is too far away");
  EXPECT_EQ(LateIndexSource(std::make_shared<Trickle>(file, 100, true), kFolder, 1 << 20).prepare().error().message,
            "it broke off");
  EXPECT_EQ(LateIndexSource(std::make_shared<Trickle>(file, 100), "/nowhere", 1 << 20).prepare().error().message,
            "'/nowhere' keeps no file: No such file or directory");
}

TEST(LateIndexSource, HandsInterruptionsOn) {
  const auto trickle = std::make_shared<Trickle>(Octets{}, 1);
  LateIndexSource(trickle, kFolder, 1).interrupt();
  EXPECT_EQ(trickle->interrupts, 1);
}

}  // namespace
}  // namespace kaskado::container
