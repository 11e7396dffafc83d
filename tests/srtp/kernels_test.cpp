// GCM's kernels by themselves, with the test cases of its specification (McGrew and Viega, "The
// Galois/Counter Mode of Operation", appendix B): nothing of RTP in them.
#include <gtest/gtest.h>

#include "engines.hpp"
#include "srtp/kernels/kernels.hpp"

#ifdef KASKADO_X86_KERNELS

namespace kaskado::srtp {
namespace {

struct GcmCase {
  std::string_view key, nonce, header, plain, sealed, tag;
};

constexpr std::string_view kZeros16 = "00000000000000000000000000000000";
constexpr std::string_view kZeros32 = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kZeros12 = "000000000000000000000000";
constexpr std::string_view kKey16 = "feffe9928665731c6d6a8f9467308308";
constexpr std::string_view kKey32 = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr std::string_view kNonce = "cafebabefacedbaddecaf888";
constexpr std::string_view kHeader = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
constexpr std::string_view kPlain =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
constexpr std::string_view kSealed16 =
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985";
constexpr std::string_view kSealed32 =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";

const GcmCase kCases[] = {
    // 1 to 4
    {kZeros16, kZeros12, "", "", "", "58e2fccefa7e3061367f1d57a4e7455a"},
    {kZeros16, kZeros12, "", kZeros16, "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {kKey16, kNonce, "", kPlain, kSealed16, "4d5c2af327cd64a62cf35abd2ba6fab4"},
    {kKey16, kNonce, kHeader, kPlain.substr(0, 120), kSealed16.substr(0, 120),
     "5bc94fbc3221a5db94fae95ae7121a47"},
    // 13 to 16
    {kZeros32, kZeros12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZeros32, kZeros12, "", kZeros16, "cea7403d4d606b6e074ec5d3baf39d18",
     "d0d1c8a799996bf0265b98b5d48ab919"},
    {kKey32, kNonce, "", kPlain, kSealed32, "b094dac5d93471bdec1a502270e3cc6c"},
    {kKey32, kNonce, kHeader, kPlain.substr(0, 120), kSealed32.substr(0, 120),
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

template <typename Kernel>
void check(const GcmCase& test) {
  const ByteVector key = hex(test.key), nonce = hex(test.nonce), header = hex(test.header);
  const ByteVector plain = hex(test.plain);
  alignas(kernels::kBlockBytes) std::uint8_t schedule[kernels::kGcmScheduleBytes];
  Kernel::expand(schedule, key.data(), key.size());
  const kernels::CounterBlock j0{base::load_u64(nonce.data()),
                                 std::uint64_t{base::load_u32(nonce.data() + 8)} << 32 | 1};
  ByteVector text(plain.size()), tag(kernels::kGcmTagBytes);
  Kernel::seal(j0,
               {schedule, key.size(), header.data(), header.size(), plain.data(), text.data(), plain.size()},
               tag.data());
  EXPECT_EQ(text, hex(test.sealed));
  EXPECT_EQ(tag, hex(test.tag));
  EXPECT_TRUE(Kernel::open(
      j0, {schedule, key.size(), header.data(), header.size(), text.data(), text.data(), text.size()},
      tag.data()));
  EXPECT_EQ(text, plain);
}

TEST(Kernels, GcmCasesBySse) {
  if (!is_available(Engine::sse, Profile::aead_aes128_gcm)) GTEST_SKIP() << "not on this machine";
  for (const GcmCase& test : kCases) check<kernels::SseGcm>(test);
}

TEST(Kernels, GcmCasesByWideRegisters) {
  if (!is_available(Engine::wide, Profile::aead_aes128_gcm)) GTEST_SKIP() << "not on this machine";
  for (const GcmCase& test : kCases) check<kernels::WideGcm>(test);
}

// FIPS 197 appendices A.1 and A.3: the last round key.
TEST(Kernels, RoundKeysOfFips197) {
  if (!is_available(Engine::sse, Profile::aead_aes128_gcm)) GTEST_SKIP() << "not on this machine";
  const auto round_key = [](std::string_view key_text, std::size_t round) {
    const ByteVector key = hex(key_text);
    alignas(kernels::kBlockBytes) std::uint8_t schedule[kernels::kGcmScheduleBytes];
    kernels::SseGcm::expand(schedule, key.data(), key.size());
    const std::uint8_t* at = schedule + (kernels::kHashPowers + round) * kernels::kBlockBytes;
    return ByteVector(at, at + kernels::kBlockBytes);
  };
  EXPECT_EQ(round_key("2b7e151628aed2a6abf7158809cf4f3c", 10), hex("d014f9a8c9ee2589e13f0cc8b6630ca6"));
  EXPECT_EQ(round_key("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 14),
            hex("fe4890d1e6188d0b046df344706c631e"));
}

}  // namespace
}  // namespace kaskado::srtp

#endif
