#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <new>

namespace kaskado::base {
namespace {

TEST(Secret, IsWipedWhenItGoes) {
  using Key = Secret<32>;
  alignas(Key) std::array<unsigned char, sizeof(Key)> memory{};
  auto* const key = new (memory.data()) Key;
  key->bytes.fill(0xa5);
  ASSERT_EQ(std::ranges::count(memory, 0xa5), 32);
  key->~Key();
  // A compiler that takes what is gone for dead must not have left it there.
  const volatile unsigned char* const left = memory.data();
  for (std::size_t i = 0; i < memory.size(); ++i) EXPECT_EQ(left[i], 0) << i;
}

}  // namespace
}  // namespace kaskado::base
