#include "rtp/dependency_descriptor.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

#include "base/random.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::Octets;
using namespace std::chrono_literals;

// Writes bits from the highest on, as the specification counts them.
class BitWriter {
 public:
  BitWriter& put(unsigned count, std::uint32_t value) {
    for (unsigned i = count; i-- > 0;) {
      if (used_ % 8 == 0) octets_.push_back(0);
      octets_.back() = static_cast<std::uint8_t>(octets_.back() | (value >> i & 1) << (7 - used_ % 8));
      ++used_;
    }
    return *this;
  }
  Octets octets() const { return octets_; }

 private:
  Octets octets_;
  unsigned used_ = 0;
};

enum Indication : std::uint32_t { none = 0, discardable = 1, switching = 2, required = 3 };

// L1T3 as browsers send it: templates of T0 "SSS", T1 "-DS" and T2 "--D", from number 60 on.
Octets l1t3_key_frame() {
  BitWriter bits;
  bits.put(1, 1).put(1, 1).put(6, 60).put(16, 1);                         // mandatory
  bits.put(1, 1).put(1, 0).put(1, 0).put(1, 0).put(1, 0);                 // extended: a structure
  bits.put(6, 60).put(5, 2);                                              // three targets
  bits.put(2, 1).put(2, 1).put(2, 3);                                     // layers
  for (const std::uint32_t each : {switching, switching, switching, none, discardable, switching, none, none, discardable}) bits.put(2, each);
  bits.put(1, 0).put(1, 1).put(4, 1).put(1, 0).put(1, 1).put(4, 0).put(1, 0);  // frame differences
  bits.put(2, 0).put(1, 0);                                               // no chains, no resolutions
  return bits.octets();
}
Octets frame(std::uint32_t template_id, std::uint32_t number, bool first = true, bool last = true) {
  return BitWriter().put(1, first).put(1, last).put(6, template_id).put(16, number).octets();
}

TEST(DependencyDescriptor, TellsTheTemporalLayers) {
  DependencyStructure structure;
  const auto key = read_dependency_descriptor(l1t3_key_frame(), structure);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->has_structure);
  const VideoLayer base = layer_of(*key, structure);
  EXPECT_TRUE(base.described && base.starts_frame && base.ends_frame && base.opens_above);
  EXPECT_EQ(base.temporal, 0);
  for (std::uint8_t temporal = 1; temporal <= 2; ++temporal) {
    const auto descriptor = read_dependency_descriptor(frame((60 + temporal) % 64, 2, true, false), structure);
    ASSERT_TRUE(descriptor);
    EXPECT_FALSE(descriptor->has_structure);
    const VideoLayer layer = layer_of(*descriptor, structure);
    EXPECT_TRUE(layer.described && layer.starts_frame && !layer.ends_frame);
    EXPECT_EQ(layer.temporal, temporal);
    EXPECT_EQ(layer.spatial, 0);
    EXPECT_FALSE(layer.sync);
  }
}

TEST(DependencyDescriptor, TellsTheSpatialLayers) {
  BitWriter bits;
  bits.put(1, 1).put(1, 1).put(6, 0).put(16, 1).put(1, 1).put(4, 0);
  bits.put(6, 0).put(5, 1);
  bits.put(2, 2).put(2, 3);  // S0, S1
  for (const std::uint32_t each : {switching, required, none, switching}) bits.put(2, each);
  bits.put(8, 0);
  DependencyStructure structure;
  ASSERT_TRUE(read_dependency_descriptor(bits.octets(), structure));
  EXPECT_EQ(structure.find(0)->spatial, 0);
  EXPECT_EQ(structure.find(1)->spatial, 1);
  EXPECT_EQ(structure.find(1)->temporal, 0);
  EXPECT_FALSE(structure.find(2));
}

TEST(DependencyDescriptor, OfAnUnknownTemplateDescribesNothing) {
  DependencyStructure structure;
  const auto descriptor = read_dependency_descriptor(frame(5, 1), structure);
  ASSERT_TRUE(descriptor);
  EXPECT_FALSE(layer_of(*descriptor, structure).described);
}

TEST(DependencyDescriptor, ThatIsCutShortIsNone) {
  const Octets whole = l1t3_key_frame();
  DependencyStructure structure;
  // Behind the indications nothing is read.
  for (std::size_t length = 0; length < 8; ++length) {
    if (length == 3) continue;  // the mandatory part alone
    EXPECT_FALSE(read_dependency_descriptor(base::Bytes(whole).first(length), structure)) << length;
  }
}

TEST(DependencyDescriptor, WithLayersWithoutEndIsNone) {
  BitWriter bits;
  bits.put(8, 0).put(16, 1).put(1, 1).put(4, 0).put(11, 0);
  for (int i = 0; i < 80; ++i) bits.put(2, 0);
  DependencyStructure structure;
  EXPECT_FALSE(read_dependency_descriptor(bits.octets(), structure));
}

TEST(DependencyDescriptor, IsTotal) {
  base::SeededRandom random(9);
  DependencyStructure structure;
  for (int i = 0; i < 20'000; ++i) {
    Octets extension(random.u32() % 60);
    for (std::uint8_t& octet : extension) octet = static_cast<std::uint8_t>(random.u32());
    if (extension.size() > 3) extension[3] |= 0x80;
    DependencyStructure next;
    if (const auto descriptor = read_dependency_descriptor(extension, next)) {
      if (descriptor->has_structure) structure = next;
      const VideoLayer layer = layer_of(*descriptor, structure);
      ASSERT_LE(layer.spatial, 3);
      ASSERT_LE(layer.temporal, 7);
    }
  }
}

TEST(DependencyDescriptor, DescribesThePacketsOfAStream) {
  base::PacketPool pool(64);
  ExtensionMap map;
  map.set(ExtensionKind::dependency_descriptor, 4);
  const std::array<ReceivePayload, 1> payloads{{{PayloadType{96}, VideoCodec::av1}}};
  ReceiveStream stream({.ssrc = Ssrc{0x1234}, .payloads = payloads});
  std::uint16_t sequence = 10;
  const auto receive = [&](const Octets& descriptor, Octets payload) {
    Octets block{0x10, 0x00, 0, 0, 4, static_cast<std::uint8_t>(descriptor.size())};
    block.insert(block.end(), descriptor.begin(), descriptor.end());
    while (block.size() % 4 != 0) block.push_back(0);
    block[3] = static_cast<std::uint8_t>(block.size() / 4 - 1);
    MediaPacket media = test::make_media(pool, {.sequence = sequence++, .extension = block, .payload = std::move(payload)}, test::at(0ms), map);
    EXPECT_EQ(stream.accept(media, test::at(0ms)).drop, base::DropReason::none);
    return media.layer;
  };
  EXPECT_FALSE(receive(frame(61, 1), {0x10, 0x30}).described) << "no structure has come";
  EXPECT_TRUE(receive(l1t3_key_frame(), {0x18, 0x0a}).described);
  const VideoLayer layer = receive(frame(62, 2), {0x10, 0x30});
  EXPECT_TRUE(layer.described);
  EXPECT_EQ(layer.temporal, 2);
}

}  // namespace
}  // namespace kaskado::rtp
