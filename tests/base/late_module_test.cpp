#include "base/late_module.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace kaskado::base {
namespace {

namespace fs = std::filesystem;

class LateModuleFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "late_module_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(LateModuleFiles, AMissingModuleIsAnErrorThatNamesIt) {
  const auto opened = open_late_module({folder_, folder_ / "nowhere"}, "libkaskado-avcodec.so", "an_entry");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("libkaskado-avcodec.so is not installed"), std::string::npos)
      << opened.error().message;
}

TEST_F(LateModuleFiles, WhatIsNoLibraryIsAnError) {
  std::ofstream(folder_ / "libkaskado-avcodec.so") << "no library";
  const auto opened = open_late_module({folder_}, "libkaskado-avcodec.so", "an_entry");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("libkaskado-avcodec.so cannot be loaded: "), std::string::npos)
      << opened.error().message;
}

TEST_F(LateModuleFiles, ALibraryWithoutTheEntryIsAnError) {
  fs::create_symlink(KASKADO_OTHER_LIBRARY, folder_ / "libkaskado-avcodec.so");
  const auto opened = open_late_module({folder_}, "libkaskado-avcodec.so", "an_entry");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another version"), std::string::npos) << opened.error().message;
}

TEST(LateModule, IsLookedForBesideTheExecutable) {
  const auto directories = late_module_directories("/opt/kaskado/bin/kaskado", "codec");
  ASSERT_GE(directories.size(), 2u);
  EXPECT_EQ(directories[0].lexically_normal().string().rfind("/opt/kaskado/lib", 0), 0u);
  EXPECT_EQ(directories[0].filename(), "kaskado");
  EXPECT_EQ(directories[1], "/opt/kaskado/bin/src/codec");
  EXPECT_FALSE(late_module_directories(fs::path(), "codec").empty());
}

}  // namespace
}  // namespace kaskado::base
