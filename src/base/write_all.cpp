#include "base/write_all.hpp"

#include <unistd.h>

#include <cerrno>

namespace kaskado::base {

namespace {

int repeat(Bytes bytes, const auto& write_some) {
  while (!bytes.empty()) {
    const ssize_t count = write_some(bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return EIO;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

int write_all(int descriptor, Bytes bytes) {
  return repeat(bytes, [&](Bytes rest) { return ::write(descriptor, rest.data(), rest.size()); });
}

int write_all_at(int descriptor, Bytes bytes, std::uint64_t& at) {
  return repeat(bytes, [&](Bytes rest) {
    const ssize_t count = ::pwrite(descriptor, rest.data(), rest.size(), static_cast<off_t>(at));
    if (count > 0) at += static_cast<std::uint64_t>(count);
    return count;
  });
}

}  // namespace kaskado::base
