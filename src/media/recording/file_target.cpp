#include "media/recording/file_target.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/write_all.hpp"

namespace kaskado::media {

namespace {

namespace fs = std::filesystem;

constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr mode_t kMode = 0644;

base::Error refused(const std::string& path, const std::string& why) {
  return {"'" + path + "' cannot be written: " + why};
}

class FileTarget final : public RecordingTarget {
 public:
  FileTarget(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~FileTarget() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FileTarget(const FileTarget&) = delete;

  base::Result<void> write(base::Bytes bytes) override {
    const std::uint64_t begin = position_;
    if (const int failed = base::write_all_at(descriptor_, bytes, position_)) return give_up(begin, std::strerror(failed));
    size_ = std::max(size_, position_);
    return {};
  }
  bool can_seek() const override { return true; }
  base::Result<void> seek(std::uint64_t position) override {
    position_ = position;
    return {};
  }
  void close(std::function<void(base::Result<void>)> kept) override {
    const int failed = ::close(std::exchange(descriptor_, -1)) == 0 ? 0 : errno;
    kept(failed ? base::Result<void>(refused(path_, std::strerror(failed))) : base::Result<void>{});
  }

 private:
  // What was written of a piece that is not whole would be in the way of who reads it.
  base::Error give_up(std::uint64_t begin, const char* why) {
    const std::string reason = why;
    const bool cut = begin >= size_ && ftruncate(descriptor_, static_cast<off_t>(begin)) == 0;
    if (cut) position_ = begin;
    return refused(path_, reason);
  }

  int descriptor_;
  const std::string path_;
  std::uint64_t position_ = 0;
  std::uint64_t size_ = 0;
};

bool is_beneath(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  return !relative.empty() && *relative.begin() != ".." && *relative.begin() != ".";
}

// The kernel follows the path and sees to it that it stays below, whoever changes links meanwhile.
int open_beneath(const std::string& root, const fs::path& relative) {
  const int folder = open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -1;
  open_how how{.flags = kFlags, .mode = kMode, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  const auto descriptor = static_cast<int>(syscall(SYS_openat2, folder, relative.c_str(), &how, sizeof how));
  const int failed = errno;
  ::close(folder);
  errno = failed;
  return descriptor;
}

int open_in(const std::string& path, const std::vector<std::string>& roots) {
  if (roots.empty()) return open(path.c_str(), kFlags, kMode);
  const fs::path wanted = fs::path(path).lexically_normal();
  for (const std::string& root : roots) {
    const fs::path normal = fs::path(root + "/").lexically_normal().parent_path();
    if (is_beneath(wanted, normal)) return open_beneath(root, wanted.lexically_relative(normal));
  }
  errno = EXDEV;
  return -1;
}

}  // namespace

base::Result<std::shared_ptr<RecordingTarget>> open_file_target(const std::string& path,
                                                                const std::vector<std::string>& roots) {
  const int descriptor = open_in(path, roots);
  if (descriptor < 0)
    return refused(path,
                   errno == EXDEV ? "it is outside of the folders for recordings" : std::strerror(errno));
  auto target = std::make_shared<FileTarget>(descriptor, path);
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))
    return refused(path, "it is no regular file");
  if (ftruncate(descriptor, 0) != 0) return refused(path, std::strerror(errno));
  return std::shared_ptr<RecordingTarget>(std::move(target));
}

}  // namespace kaskado::media
