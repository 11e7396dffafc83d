#include "codec/codec_library.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace kaskado::codec {
namespace {

TEST(CodecLibrary, LoadsOnceForAllThreads) {
  std::vector<const CodecModule*> modules(4);
  std::vector<std::thread> threads;
  for (const CodecModule*& module : modules) {
    threads.emplace_back([&module] {
      const auto opened = codec_library(CodecLibrary::opus);
      if (opened) module = *opened;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_NE(modules[0], nullptr);
  EXPECT_EQ(std::vector<const CodecModule*>(4, modules[0]), modules);
  EXPECT_TRUE(is_installed(CodecLibrary::opus));
}

}  // namespace
}  // namespace kaskado::codec
