// Tells whether a file is still the one that was read. Valid C++17.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace kaskado::control {

struct FileStamp {
  std::uint64_t inode = 0;
  std::int64_t size = -1;  // where there is no file
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  static FileStamp of(const std::string& file) {
    struct stat told {};
    if (stat(file.c_str(), &told) != 0) return {};
    return {told.st_ino, told.st_size, told.st_mtim.tv_sec, told.st_mtim.tv_nsec};
  }
  bool operator==(const FileStamp& other) const {
    return inode == other.inode && size == other.size && seconds == other.seconds &&
           nanoseconds == other.nanoseconds;
  }
  bool operator!=(const FileStamp& other) const { return !(*this == other); }
};

}  // namespace kaskado::control
