#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "codec/codec_library.hpp"

namespace kaskado::codec {
namespace {

namespace fs = std::filesystem;

class CodecLibraryFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "codec_library_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(CodecLibraryFiles, AMissingModuleIsAnErrorThatNamesIt) {
  const auto opened = open_module({folder_, folder_ / "nowhere"}, "libkaskado-avcodec.so");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("libkaskado-avcodec.so is not installed"), std::string::npos)
      << opened.error().message;
}

TEST_F(CodecLibraryFiles, WhatIsNoLibraryIsAnError) {
  std::ofstream(folder_ / "libkaskado-avcodec.so") << "no library";
  const auto opened = open_module({folder_}, "libkaskado-avcodec.so");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("libkaskado-avcodec.so cannot be loaded: "), std::string::npos)
      << opened.error().message;
}

TEST_F(CodecLibraryFiles, ALibraryWithoutTheEntryIsAnError) {
  fs::create_symlink(KASKADO_OTHER_LIBRARY, folder_ / "libkaskado-avcodec.so");
  const auto opened = open_module({folder_}, "libkaskado-avcodec.so");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another version"), std::string::npos) << opened.error().message;
}

TEST(CodecLibrary, IsLookedForBesideTheExecutable) {
  const auto directories = module_directories("/opt/kaskado/bin/kaskado");
  ASSERT_GE(directories.size(), 2u);
  EXPECT_EQ(directories[0].lexically_normal().string().rfind("/opt/kaskado/lib", 0), 0u);
  EXPECT_EQ(directories[0].filename(), "kaskado");
  EXPECT_EQ(directories[1], "/opt/kaskado/bin/src/codec");
  EXPECT_FALSE(module_directories({}).empty());
}

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
