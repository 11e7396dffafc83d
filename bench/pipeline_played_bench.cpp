// What a packet costs that is played: a file is taken apart, its frames wait for their time, are cut into
// packets, and each is stamped and sealed for one subscriber. Beside it stands `forward` with one subscriber,
// which begins with a packet that has been received and opened.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "pipeline/feed_owner.hpp"
#include "pipeline/media_configuration.hpp"
#include "pipeline/playback/media_player.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/shard.hpp"
#include "support/manual_executor.hpp"

namespace kaskado::pipeline {
namespace {

constexpr std::size_t kFrameBytes = 10'000;  // nine packets
constexpr std::uint64_t kFramesPerSecond = 30;

// An IVF file without an end: key frames of VP8 by their headers, and nothing in them that could be shown.
class EndlessVideo final : public container::ByteSource {
 public:
  EndlessVideo() {
    put("DKIF"), put(0, 2), put(32, 2), put("VP80"), put(640, 2), put(480, 2);
    put(kFramesPerSecond, 4), put(1, 4), put(0, 8);
  }

  base::Result<std::size_t> read(base::MutableBytes room) override {
    while (next_.size() - taken_ < room.size()) add_frame();
    std::copy_n(next_.begin() + static_cast<std::ptrdiff_t>(taken_), room.size(), room.begin());
    taken_ += room.size();
    if (taken_ > (1u << 20))
      next_.erase(next_.begin(), next_.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, 0)));
    return room.size();
  }

 private:
  void put(std::string_view text) {
    for (const char letter : text) next_.push_back(static_cast<std::uint8_t>(letter));
  }
  void put(std::uint64_t value, int octets) {
    for (int i = 0; i < octets; ++i) next_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  // RFC 6386 §9.1.
  void add_frame() {
    put(kFrameBytes, 4), put(number_++, 8);
    const std::size_t begin = next_.size();
    put(0x10, 1), put(0, 2), put(0x2a019d, 3), put(640, 2), put(480, 2);
    next_.resize(begin + kFrameBytes, 0x55);
  }

  std::vector<std::uint8_t> next_;
  std::size_t taken_ = 0;
  std::uint64_t number_ = 0;
};

struct Owner final : FeedOwner, MediaPlayer::Listener {
  media::BitrateWishes encoding_wishes() const override { return {}; }
  void set_transcoding(MediaType, bool) override {}
  std::shared_ptr<media::SourceTime> source_time() override { return nullptr; }
  void on_feeds_changed() override {}
  void on_flow(MediaType, bool) override {}
  void on_end() override {}
  void on_failure(MediaPlayer::Failure, const std::string& sentence) override { failure = sentence; }
  std::string failure;
};

srtp::MasterKey some_key() {
  base::SeededRandom random(1);
  std::array<std::uint8_t, srtp::kMaxKeyBytes> key;
  std::array<std::uint8_t, srtp::kMaxSaltBytes> salt;
  random.fill(key);
  random.fill(salt);
  const srtp::ProfileTraits& traits = srtp::traits(srtp::Profile::aead_aes128_gcm);
  return srtp::MasterKey::from(srtp::Profile::aead_aes128_gcm, base::Bytes(key).first(traits.key_bytes),
                               base::Bytes(salt).first(traits.salt_bytes))
      .value();
}

void played(benchmark::State& state) {
  MediaConfiguration configuration;
  base::SeededRandom random{7};
  std::size_t packets = 0;
  const auto count = [&](base::Outbox& outbox) {
    packets += outbox.pending().size();
    outbox.clear();
  };
  Shard shard(
      configuration, random, {}, [](Event) {}, count);
  shard.set_now(base::Instant{std::chrono::seconds{1000}});
  const auto executor = std::make_shared<kaskado::test::ManualExecutor>();
  std::vector<std::function<void(Shard&)>> posted;
  shard.give_compute({.executor = executor, .io = executor, .clock = [&] { return shard.now(); }});
  shard.reach_by([&](std::function<void(Shard&)> command) { posted.push_back(std::move(command)); });
  Owner owner;
  MediaPlayerSettings settings;
  settings.location.open_bytes = []() -> base::Result<std::shared_ptr<container::ByteSource>> {
    return std::shared_ptr<container::ByteSource>(std::make_shared<EndlessVideo>());
  };
  MediaPlayer player(shard, owner, owner, settings);
  transport::EgressLine line;
  line.set_key(some_key());
  line.open({0, base::SocketAddress::v4({127, 0, 0, 1}, 1024)});
  RtpSink sink(shard, line, MediaType::video);
  MediaFormat vp8{.payload_type = {100}};
  vp8.codec = {.payload_type = 100, .name = "VP8", .clock_rate = 90'000};
  sink.configure({{vp8}, {}, {}});
  const auto step = [&] {
    while (executor->run_all() > 0 || !posted.empty()) {
      for (const auto& command : std::exchange(posted, {})) command(shard);
    }
    shard.advance(shard.now());
    count(shard.outbox());
    shard.set_now(shard.now() + std::chrono::milliseconds{5});
  };
  player.play();
  for (int i = 0; i < 20; ++i) step();
  sink.bind(player.feed(MediaType::video));
  packets = 0;
  for (auto _ : state) step();
  if (!owner.failure.empty() || packets == 0) state.SkipWithError("nothing was played");
  using benchmark::Counter;
  state.counters["ns_per_packet"] =
      Counter(static_cast<double>(packets) / 1e9, Counter::kIsRate | Counter::kInvert);
  sink.bind(nullptr);
  player.stop();
  executor->run_all();
}
BENCHMARK(played);

}  // namespace
}  // namespace kaskado::pipeline
