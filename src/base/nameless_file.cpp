#include "base/nameless_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace kaskado::base {

// Without a name from the start where the file system can do that.
Result<int> open_nameless_file(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0) return descriptor;
  std::string name = folder + "/kaskado-XXXXXX";
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) return Error{"'" + folder + "' keeps no file: " + std::strerror(errno)};
  unlink(name.c_str());
  return named;
}

}  // namespace kaskado::base
