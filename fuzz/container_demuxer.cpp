// The demuxer: arbitrary files, within limits of time and memory. The first byte tells whether the source can
// seek and whether it is sought in; the rest is the file. What it refuses it refuses with a sentence.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "container/demuxer.hpp"

using namespace kaskado;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

class Memory final : public container::ByteSource {
 public:
  Memory(base::Bytes bytes, bool seekable) : bytes_(bytes), seekable_(seekable) {}

  base::Result<std::size_t> read(base::MutableBytes room) override {
    const base::Bytes rest = bytes_.subspan(std::min(position_, bytes_.size()));
    const std::size_t count = std::min(rest.size(), room.size());
    std::copy_n(rest.begin(), count, room.begin());
    position_ += count;
    return count;
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }
  bool can_seek() const override { return seekable_; }
  bool seek(std::uint64_t position) override {
    position_ = static_cast<std::size_t>(position);
    return true;
  }

 private:
  const base::Bytes bytes_;
  const bool seekable_;
  std::size_t position_ = 0;
};

void read_frames(container::Demuxer& demuxer) {
  constexpr int kMostFrames = 500;
  for (int i = 0; i < kMostFrames; ++i) {
    const auto frame = demuxer.read();
    if (!frame) return require(!frame.error().message.empty());
    if (!*frame) return;
    require((*frame)->bytes && !(*frame)->bytes->empty());
    require((*frame)->track < demuxer.tracks().size());
    require((*frame)->time >= (*frame)->decode_time);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool seekable = data[0] & 1, seeks = data[0] & 2;
  // Each look at the clock takes a while, so that what loops comes to an end.
  base::Instant now{std::chrono::seconds{1000}};
  container::DemuxerSettings settings{.clock = [&now] { return now += std::chrono::microseconds{500}; }};
  settings.most_probed_bytes = 64 << 10;
  const auto demuxer = container::Demuxer::open(
      std::make_shared<Memory>(base::Bytes(data, size).subspan(1), seekable), settings);
  if (!demuxer) {
    require(!demuxer.error().message.empty());
    return 0;
  }
  require(!(*demuxer)->tracks().empty());
  read_frames(**demuxer);
  if (seeks && (*demuxer)->can_seek() && (*demuxer)->seek(std::chrono::milliseconds{300}))
    read_frames(**demuxer);
  return 0;
}
