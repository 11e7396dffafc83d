// Where the index of a file is, by its beginning; and that all of it comes through, whatever that says. The first byte is
// how much of it comes at a time.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "container/late_index_source.hpp"

using namespace kaskado;

namespace {

class Trickle final : public container::ByteSource {
 public:
  Trickle(base::Bytes bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  base::Result<std::size_t> read(base::MutableBytes room) override {
    const std::size_t count = std::min({piece_, room.size(), bytes_.size()});
    std::copy_n(bytes_.begin(), count, room.begin());
    bytes_ = bytes_.subspan(count);
    return count;
  }

 private:
  base::Bytes bytes_;
  const std::size_t piece_;
};

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string folder = std::filesystem::temp_directory_path().string();
  if (size == 0) return 0;
  const base::Bytes file = base::Bytes(data, size).subspan(1);
  container::LateIndexSource source(std::make_shared<Trickle>(file, data[0] + 1u), folder, 1 << 20);
  if (!source.prepare()) return 0;
  require(source.can_seek() == (container::index_place(file) == container::IndexPlace::late));
  std::vector<std::uint8_t> all, piece(1000);
  for (auto count = source.read(piece); count && *count > 0; count = source.read(piece))
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*count));
  require(std::ranges::equal(all, file));
  return 0;
}
