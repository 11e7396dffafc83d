// The engines that this machine has, as parameters of tests, and memory that ends where a page ends.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "packets.hpp"
#include "srtp/engine.hpp"

namespace kaskado::srtp {

struct Choice {
  Profile profile;
  Engine engine;
};

inline std::vector<Choice> available_choices() {
  std::vector<Choice> choices;
  for (const Profile profile : kAllProfiles)
    for (const Engine engine : kAllEngines)
      if (is_available(engine, profile)) choices.push_back({profile, engine});
  return choices;
}

inline std::string choice_name(const testing::TestParamInfo<Choice>& test) {
  return std::string(traits(test.param.profile).name) + "_" + std::string(name(test.param.engine));
}

// Bytes between two pages that cannot be touched: one step past either end is a fault, for instructions too
// that a sanitizer does not see.
class FencedMemory {
 public:
  explicit FencedMemory(std::size_t pages = 2) : mapped_((pages + 2) * kPage), inner_(pages * kPage) {
    void* memory = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    base_ = static_cast<std::uint8_t*>(memory);
    if (mprotect(base_ + kPage, inner_, PROT_READ | PROT_WRITE) != 0) throw std::runtime_error("mprotect");
  }
  FencedMemory(const FencedMemory&) = delete;
  ~FencedMemory() { munmap(base_, mapped_); }

  base::MutableBytes at_start(std::size_t count) { return {base_ + kPage, count}; }
  base::MutableBytes at_end(std::size_t count) { return {base_ + kPage + inner_ - count, count}; }

 private:
  static constexpr std::size_t kPage = 4096;

  std::size_t mapped_;
  std::size_t inner_;
  std::uint8_t* base_;
};

}  // namespace kaskado::srtp
