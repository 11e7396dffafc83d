#include "container/file_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "container/demuxer.hpp"

namespace kaskado::container {
namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  ~FileSource() override { close(descriptor_); }
  FileSource(const FileSource&) = delete;

  base::Result<std::size_t> read(base::MutableBytes room) override {
    for (;;) {
      const ssize_t count = pread(descriptor_, room.data(), room.size(), static_cast<off_t>(position_));
      if (count >= 0) {
        position_ += static_cast<std::uint64_t>(count);
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) return base::Error{std::strerror(errno)};
    }
  }
  std::optional<std::uint64_t> size() const override { return size_; }
  bool can_seek() const override { return true; }
  bool seek(std::uint64_t position) override {
    position_ = position;
    return true;
  }

 private:
  const int descriptor_;
  const std::uint64_t size_;
  std::uint64_t position_ = 0;
};

base::Error refused(const std::string& path, const char* why) {
  return {"'" + path + "' cannot be read: " + why};
}

}  // namespace

std::shared_ptr<ByteSource> read_file(int descriptor, std::uint64_t size) {
  return std::make_shared<FileSource>(descriptor, size);
}

base::Result<std::shared_ptr<ByteSource>> open_file(const std::string& path) {
  // A pipe without a writer would make it wait.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return refused(path, std::strerror(errno));
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    close(descriptor);
    return refused(path, "it is no regular file");
  }
  return read_file(descriptor, static_cast<std::uint64_t>(facts.st_size));
}

}  // namespace kaskado::container
