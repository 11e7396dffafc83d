// Every engine against OpenSSL's ciphers and against libsrtp2, packet by packet: all lengths, all shapes of
// headers, both ends of a page.
#include "engines.hpp"
#include "oracle.hpp"
#include "srtp/layout.hpp"
#include "srtp/packet_cipher.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sender.hpp"

namespace kaskado::srtp {
namespace {

constexpr std::size_t kMaxPayloadBytes = 1500;

ByteVector to_vector(base::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

class Engines : public testing::TestWithParam<Choice> {
 protected:
  Profile profile() const { return GetParam().profile; }
  Engine engine() const { return GetParam().engine; }
  std::size_t tag_bytes() const { return traits(profile()).rtp_tag_bytes; }

  // Seals by `cipher` into exactly as many bytes as it takes, which have to lie in `slot`.
  void seal(PacketCipher& cipher, base::MutableBytes slot, const ByteVector& header, base::Bytes payload,
            std::uint64_t index) {
    ASSERT_EQ(slot.size(), header.size() + payload.size() + tag_bytes());
    std::ranges::copy(header, slot.begin());
    ASSERT_TRUE(cipher.seal_rtp(slot.data(), header.size(), payload, index));
  }
  ByteVector sealed_by_evp(const ByteVector& header, base::Bytes payload, std::uint64_t index) {
    ByteVector sealed(header.size() + payload.size() + tag_bytes());
    seal(evp_seals_, sealed, header, payload, index);
    return sealed;
  }
  // Seals and opens one packet at both ends of a page, and compares with OpenSSL.
  void cross_check(const ByteVector& header, const ByteVector& payload, std::uint64_t index) {
    const ByteVector expected = sealed_by_evp(header, payload, index);
    for (const bool at_end : {false, true}) {
      const base::MutableBytes source =
          at_end ? payload_memory_.at_end(payload.size()) : payload_memory_.at_start(payload.size());
      const base::MutableBytes slot =
          at_end ? slot_memory_.at_end(expected.size()) : slot_memory_.at_start(expected.size());
      std::ranges::copy(payload, source.begin());
      seal(seals_, slot, header, source, index);
      ASSERT_EQ(to_vector(slot), expected) << header.size() << "+" << payload.size();
      ASSERT_EQ(to_vector(source), payload);
      ASSERT_TRUE(opens_.open_rtp(slot, header.size(), index)) << header.size() << "+" << payload.size();
      ASSERT_EQ(to_vector(slot.first(slot.size() - tag_bytes())), joined(header, payload));
    }
  }

  base::SeededRandom random_{31};
  MasterKey master_ = random_master(profile(), random_);
  SessionKeys keys_ = derive_rtp_keys(master_);
  PacketCipher seals_{keys_, Direction::encrypt, engine()};
  PacketCipher opens_{keys_, Direction::decrypt, engine()};
  PacketCipher evp_seals_{keys_, Direction::encrypt, Engine::evp};
  FencedMemory slot_memory_, payload_memory_;
};

TEST_P(Engines, EveryPayloadLengthBehindEveryUsualHeader) {
  for (std::size_t bytes = 0; bytes <= kMaxPayloadBytes; ++bytes) {
    const RtpShape shape{.ssrc = random_.below(~0u),
                         .sequence = static_cast<std::uint16_t>(bytes),
                         .csrc_count = bytes % 16,
                         .extension_words = bytes / 16 % 11,
                         .extended = bytes % 3 != 0};
    const std::uint64_t rollover = random_.below(~0u);
    cross_check(rtp_header(shape, random_), random_bytes(bytes, random_), rollover << 16 | shape.sequence);
    cross_check(rtp_header({}, random_), random_bytes(bytes, random_), bytes);
    if (HasFatalFailure()) return;
  }
}

TEST_P(Engines, EveryHeaderLengthBeforeSomePayloads) {
  for (std::size_t words = 0; words * 4 + 16 <= kMaxPayloadBytes; ++words)
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{257},
                                    std::size_t{random_.below(1500)}}) {
      const RtpShape shape{.extension_words = words, .extended = true};
      cross_check(rtp_header(shape, random_), random_bytes(bytes, random_), words);
      if (HasFatalFailure()) return;
    }
}

TEST_P(Engines, AnyAlignmentAndInPlace) {
  const ByteVector header = rtp_header({.extension_words = 1, .extended = true}, random_);
  for (std::size_t offset = 0; offset < 64; ++offset)
    for (const std::size_t bytes : {5, 100, 512, 1200}) {
      const ByteVector payload = random_bytes(bytes, random_);
      ByteVector memory(offset + header.size() + bytes + tag_bytes() + 1, 0xa5);
      const base::MutableBytes slot = base::MutableBytes{memory}.subspan(offset, memory.size() - offset - 1);
      std::ranges::copy(payload, slot.begin() + static_cast<std::ptrdiff_t>(header.size()));
      seal(seals_, slot, header, slot.subspan(header.size(), bytes), offset);
      ASSERT_EQ(to_vector(slot), sealed_by_evp(header, payload, offset)) << offset << " " << bytes;
      ASSERT_EQ(memory.back(), 0xa5);
    }
}

TEST_P(Engines, BothSealTheSameBytesAsLibsrtp) {
  SrtpSender sender(master_, engine());
  Oracle oracle(master_, Oracle::Way::sends);
  for (std::size_t bytes = 0; bytes <= kMaxPayloadBytes; ++bytes) {
    const RtpShape shape{.sequence = static_cast<std::uint16_t>(bytes),
                         .csrc_count = bytes % 5,
                         .extension_words = bytes % 4,
                         .extended = bytes % 2 == 0};
    const ByteVector header = rtp_header(shape, random_), payload = random_bytes(bytes, random_);
    ByteVector ours = header;
    ours.resize(header.size() + bytes + tag_bytes());
    ASSERT_EQ(sender.seal_rtp(ours, header.size(), payload, bytes), ours.size());
    ASSERT_EQ(ours, oracle.protect(joined(header, payload))) << bytes;
  }
}

TEST_P(Engines, EveryRtcpLength) {
  const SessionKeys keys = derive_rtcp_keys(master_);
  PacketCipher seals(keys, Direction::encrypt, engine()), opens(keys, Direction::decrypt, engine());
  PacketCipher evp(keys, Direction::encrypt, Engine::evp);
  const std::size_t overhead = traits(profile()).rtcp_tag_bytes + kSrtcpIndexBytes;
  for (std::size_t bytes = kRtcpHeaderBytes; bytes <= kMaxPayloadBytes; ++bytes) {
    ByteVector plain = random_bytes(bytes, random_);
    plain[0] = 0x80;
    const std::uint32_t index_word = kSrtcpEncrypted | random_.below(kMaxSrtcpIndex);
    ByteVector expected = plain;
    expected.resize(bytes + overhead);
    ASSERT_TRUE(evp.seal_rtcp(expected.data(), bytes, index_word));
    const base::MutableBytes buffer = slot_memory_.at_end(bytes + overhead);
    std::ranges::copy(plain, buffer.begin());
    ASSERT_TRUE(seals.seal_rtcp(buffer.data(), bytes, index_word));
    ASSERT_EQ(to_vector(buffer), expected) << bytes;
    ASSERT_TRUE(opens.open_rtcp(buffer, index_word)) << bytes;
    ASSERT_EQ(to_vector(buffer.first(bytes)), plain) << bytes;
  }
}

// RFC 3711 §3.4: without the E-flag the tag is over a packet that nobody encrypted. GCM's such packets are
// among the vectors of RFC 7714.
TEST_P(Engines, RtcpThatIsOnlyAuthenticated) {
  if (traits(profile()).aead) return;
  const SessionKeys keys = derive_rtcp_keys(master_);
  PacketCipher opens(keys, Direction::decrypt, engine());
  const HmacSha1 hmac(keys.auth.first(kAuthKeyBytes));
  for (std::size_t words = 0; words < 60; ++words) {
    const ByteVector plain = rtcp_packet(9, words, random_);
    ByteVector packet = plain;
    packet.resize(plain.size() + kSrtcpIndexBytes);
    base::store_u32(packet.data() + plain.size(), 77);
    const HmacSha1::Digest digest = hmac.sign(packet);
    packet.insert(packet.end(), digest.begin(), digest.begin() + traits(profile()).rtcp_tag_bytes);
    ByteVector changed = packet;
    ASSERT_TRUE(opens.open_rtcp(packet, 77)) << words;
    ASSERT_TRUE(std::ranges::equal(plain, base::Bytes{packet}.first(plain.size())));
    changed[4] ^= 1;
    ASSERT_FALSE(opens.open_rtcp(changed, 77));
  }
}

TEST_P(Engines, RtcpAgainstLibsrtp) {
  SrtpSender sender(master_, engine());
  SrtpReceiver receiver(master_, 8, engine());
  Oracle oracle_sends(master_, Oracle::Way::sends), oracle_receives(master_, Oracle::Way::receives);
  for (std::size_t words = 0; words <= 370; ++words) {
    const ByteVector plain = rtcp_packet(1 + random_.below(4), words, random_);
    ByteVector ours = plain;
    ours.resize(plain.size() + kMaxRtcpOverheadBytes);
    ours.resize(sender.seal_rtcp(ours, plain.size()));
    ASSERT_EQ(oracle_receives.unprotect_rtcp(ours), plain) << words;
    ByteVector theirs = oracle_sends.protect_rtcp(plain);
    const OpenResult result = receiver.open_rtcp(theirs);
    ASSERT_EQ(result.drop, base::DropReason::none) << words;
    theirs.resize(result.length);
    ASSERT_EQ(theirs, plain);
  }
}

// Each bit of a sealed packet turned around, one at a time: never opened, and the packet itself still is
// afterwards.
TEST_P(Engines, NoChangedBitPassesInRtp) {
  SrtpSender sender(master_, engine());
  SrtpReceiver receiver(master_, 8, engine());
  std::uint16_t sequence = 0;
  for (const std::size_t bytes : {0, 1, 15, 16, 17, 47, 63, 64, 65, 129, 255, 300, 700}) {
    const RtpShape shape{.sequence = ++sequence, .extension_words = bytes % 3, .extended = bytes % 2 == 0};
    ByteVector sealed = rtp_header(shape, random_);
    const std::size_t header_bytes = sealed.size();
    sealed.resize(header_bytes + bytes + tag_bytes());
    ASSERT_EQ(sender.seal_rtp(sealed, header_bytes, random_bytes(bytes, random_), sequence), sealed.size());
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      ByteVector changed = sealed;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      ASSERT_NE(receiver.open_rtp(changed).drop, base::DropReason::none) << bytes << " bit " << bit;
    }
    ASSERT_EQ(receiver.open_rtp(sealed).drop, base::DropReason::none) << bytes;
  }
}

TEST_P(Engines, NoChangedBitPassesInRtcp) {
  SrtpSender sender(master_, engine());
  SrtpReceiver receiver(master_, 8, engine());
  for (const std::size_t words : {0, 1, 4, 5, 14, 15, 16, 70}) {
    ByteVector sealed = rtcp_packet(7, words, random_);
    const std::size_t plain_bytes = sealed.size();
    sealed.resize(plain_bytes + kMaxRtcpOverheadBytes);
    sealed.resize(sender.seal_rtcp(sealed, plain_bytes));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      ByteVector changed = sealed;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      ASSERT_NE(receiver.open_rtcp(changed).drop, base::DropReason::none) << words << " bit " << bit;
    }
    ASSERT_EQ(receiver.open_rtcp(sealed).drop, base::DropReason::none) << words;
  }
}

INSTANTIATE_TEST_SUITE_P(Machine, Engines, testing::ValuesIn(available_choices()), choice_name);

TEST(EngineChoice, OpenSslIsAlwaysThereAndTheFastestIsAvailable) {
  for (const Profile profile : kAllProfiles) {
    EXPECT_TRUE(is_available(Engine::evp, profile));
    const Engine fastest = fastest_engine(profile);
    EXPECT_TRUE(is_available(fastest, profile));
    for (const Engine engine : kAllEngines) EXPECT_TRUE(engine <= fastest || !is_available(engine, profile));
    EXPECT_TRUE(traits(profile).aead || !is_available(Engine::wide, profile));
  }
}

// Wide registers do nothing for SHA-1, so that a session of such a profile can ask for what nobody has.
TEST(EngineChoice, OpenSslTakesThePlaceOfWhatIsNotThere) {
  base::SeededRandom random(5);
  const MasterKey master = random_master(Profile::aes128_cm_sha1_80, random);
  SrtpSender sender(master, Engine::wide), evp(master, Engine::evp);
  const ByteVector header = rtp_header({}, random), payload = random_bytes(100, random);
  ByteVector ours = header, expected = header;
  ours.resize(200);
  expected.resize(200);
  ASSERT_NE(sender.seal_rtp(ours, header.size(), payload, 0), 0u);
  evp.seal_rtp(expected, header.size(), payload, 0);
  EXPECT_EQ(ours, expected);
}

}  // namespace
}  // namespace kaskado::srtp
