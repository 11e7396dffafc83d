// Recordings of media that goes in as it comes, and what is played of one to one viewer: what a packet of it
// costs, from the feed on the shard to the file and from the file to the socket, against what it costs to
// forward it to one viewer by the same socket call that a shard makes where it has but one packet for one.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "elements/api.hpp"
#include "elements/player_endpoint.hpp"
#include "elements/recorder_endpoint.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/rtp_source.hpp"
#include "pipeline/shard.hpp"
#include "support/manual_executor.hpp"
#include "transport/egress_line.hpp"

namespace kaskado::elements {
namespace {

using pipeline::MediaType;
using pipeline::Value;
using namespace std::chrono_literals;

// 1 Mbit/s of pictures, 30 a second in 4 packets each, a key frame every 3 s, and 50 packets of sound.
constexpr std::size_t kPicturePackets = 4, kPicturePayload = 1050, kSoundPayload = 80;
constexpr int kPacketsPerSecond = 30 * kPicturePackets + 50;
constexpr int kPlayedSeconds = 60;

pipeline::MediaFormat format(std::uint8_t payload_type, std::string name, std::uint32_t clock_rate,
                             std::uint8_t channels) {
  pipeline::MediaFormat made{.payload_type = {payload_type}, .codec = {}};
  made.codec.payload_type = payload_type;
  made.codec.name = std::move(name);
  made.codec.clock_rate = clock_rate;
  made.codec.channels = channels;
  return made;
}

class Publisher final : public pipeline::MediaElement {
 public:
  Publisher(const pipeline::Construction& construction, pipeline::MediaObject* parent)
      : MediaElement(construction, parent),
        pictures_(shard(), *this, MediaType::video),
        sound_(shard(), *this, MediaType::audio) {
    pictures_.configure({{format(96, "VP8", 90'000, 1)}, rtp::Ssrc{1}, true, rtp::KeyFrameMethod::pli});
    sound_.configure({{format(111, "opus", 48'000, 2)}, rtp::Ssrc{1}, false, rtp::KeyFrameMethod::none});
  }
  pipeline::RtpFeed* source(MediaType type) override {
    return type == MediaType::video ? &pictures_ : type == MediaType::audio ? &sound_ : nullptr;
  }
  void show(int number) {
    for (std::size_t i = 0; i < kPicturePackets; ++i) {
      const bool first = i == 0;
      // RFC 7741 §4.2 and, of the first, RFC 6386 §9.1: 320x240.
      constexpr std::array<std::uint8_t, 11> kKeyFrame{0x10, 0x10, 0,    0,    0x9d, 0x01,
                                                       0x2a, 0x40, 0x01, 0xf0, 0x00};
      std::vector<std::uint8_t> payload(kPicturePayload, 0x55);
      payload[0] = first ? 0x10 : 0;
      payload[1] = 0x11;
      if (first && number % 90 == 0) std::ranges::copy(kKeyFrame, payload.begin());
      send(pictures_, 96, static_cast<std::uint32_t>(number) * 3000, ++picture_sequence_,
           i + 1 == kPicturePackets, payload);
    }
    pictures_.end_run(shard().outbox());
  }
  void speak(int number) {
    std::vector<std::uint8_t> payload(kSoundPayload, 0x55);
    payload[0] = 0xfc;
    send(sound_, 111, static_cast<std::uint32_t>(number) * 960, ++sound_sequence_, false, payload);
    sound_.end_run(shard().outbox());
  }

 private:
  void send(pipeline::RtpSource& to, std::uint8_t type, std::uint32_t timestamp, std::uint16_t sequence,
            bool marker, const std::vector<std::uint8_t>& payload) {
    base::PacketRef packet = shard().packets().acquire();
    base::ByteWriter writer({packet->bytes, sizeof packet->bytes});
    writer.u8(0x80);
    writer.u8(static_cast<std::uint8_t>(type | (marker ? 0x80 : 0)));
    writer.u16(sequence);
    writer.u32(timestamp);
    writer.u32(0x1234);
    writer.bytes(payload);
    packet->length = static_cast<std::uint16_t>(writer.size());
    packet->arrived = shard().now();
    to.receive(*rtp::read_media_packet(std::move(packet), {}), shard().now());
  }

  pipeline::RtpSource pictures_;
  pipeline::RtpSource sound_;
  std::uint16_t picture_sequence_ = 0;
  std::uint16_t sound_sequence_ = 0;
};

class Viewer final : public pipeline::MediaElement {
 public:
  Viewer(const pipeline::Construction& construction, pipeline::MediaObject* parent)
      : MediaElement(construction, parent),
        pictures_(shard(), line_, MediaType::video),
        sound_(shard(), line_, MediaType::audio) {
    std::array<std::uint8_t, srtp::kMaxKeyBytes> key{};
    std::array<std::uint8_t, srtp::kMaxSaltBytes> salt{};
    const srtp::ProfileTraits& traits = srtp::traits(srtp::Profile::aead_aes128_gcm);
    line_.set_key(srtp::MasterKey::from(srtp::Profile::aead_aes128_gcm,
                                        base::Bytes(key).first(traits.key_bytes),
                                        base::Bytes(salt).first(traits.salt_bytes))
                      .value());
    line_.open({0, base::SocketAddress::v4({127, 0, 0, 1}, 9)});
    pictures_.configure({{format(96, "VP8", 90'000, 1)}, {}, {}});
    sound_.configure({{format(111, "opus", 48'000, 2)}, {}, {}});
  }
  pipeline::MediaInput* sink(MediaType type) override {
    return type == MediaType::video ? &pictures_ : type == MediaType::audio ? &sound_ : nullptr;
  }

 private:
  transport::EgressLine line_;
  pipeline::RtpSink pictures_;
  pipeline::RtpSink sound_;
};

template <typename Element>
pipeline::ClassInfo class_of() {
  return {.name = "Bench",
          .module = "bench",
          .namespace_ = "bench",
          .parent = &pipeline::kMediaElementClass,
          .create = [](const pipeline::Construction& construction, const pipeline::Arguments& arguments)
              -> pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> {
            return std::unique_ptr<pipeline::MediaObject>(
                std::make_unique<Element>(construction, construction.host.find(*arguments.at(0).string())));
          }};
}
const pipeline::ClassInfo kPublisherClass = class_of<Publisher>(), kViewerClass = class_of<Viewer>();

// One shard on virtual time, whose pools run on the benchmark's thread.
class Stage {
 public:
  Stage() {
    shard_.set_now(base::Instant{1000s});
    shard_.give_compute(
        {.executor = executor_, .io = executor_, .post_back = {}, .clock = [this] { return shard_.now(); }});
    shard_.reach_by(
        [this](std::function<void(pipeline::Shard&)> command) { posted_.push_back(std::move(command)); });
    (void)shard_.objects().create(pipeline::kMediaPipelineClass, "pipe", {});
    std::string name = (std::filesystem::temp_directory_path() / "kaskado-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Stage() {
    shard_.release_all();
    settle();
    close(socket_);
    std::filesystem::remove_all(folder_);
  }

  Publisher& publish() {
    const std::string id = "publisher" + std::to_string(publishers_.size());
    (void)shard_.objects().create(kPublisherClass, id, {Value("pipe")});
    publishers_.push_back(dynamic_cast<Publisher*>(shard_.objects().find(id)));
    return *publishers_.back();
  }
  void watch(pipeline::MediaElement& source) {
    (void)shard_.objects().create(kViewerClass, "viewer", {Value("pipe")});
    (void)source.connect(dynamic_cast<Viewer*>(shard_.objects().find("viewer")), {}, {}, {});
  }
  // What the first of record() wrote.
  void play() {
    (void)shard_.objects().create(kPlayerEndpointClass, "player",
                                  {Value("pipe"), (folder_ / "recorder0.webm").string(), false, 2000});
    auto* const player = dynamic_cast<PlayerEndpoint*>(shard_.objects().find("player"));
    watch(*player);
    (void)player->play();
  }
  RecorderEndpoint& record(Publisher& publisher) {
    const std::string id = "recorder" + std::to_string(recorders_++);
    (void)shard_.objects().create(kRecorderEndpointClass, id,
                                  {Value("pipe"), (folder_ / (id + ".webm")).string(), "WEBM", false});
    auto* const recorder = dynamic_cast<RecorderEndpoint*>(shard_.objects().find(id));
    (void)publisher.connect(recorder, {}, {}, {});
    (void)recorder->record();
    return *recorder;
  }
  // A second of all that is published, in steps of 10 ms.
  void run_second() {
    for (int step = 0; step < 100; ++step, ++steps_) {
      shard_.set_now(shard_.now() + 10ms);
      for (Publisher* each : publishers_) {
        if (steps_ % 10 % 3 == 0 && steps_ % 10 != 9) each->show(pictures_ + steps_ % 10 / 3);
        if (steps_ % 2 == 0) each->speak(steps_ / 2);
      }
      if (steps_ % 10 == 9) pictures_ += 3;
      flush();
      shard_.advance(shard_.now());
      settle();
    }
  }
  // Of all files.
  std::uintmax_t written_bytes() const {
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_)) bytes += file.file_size();
    return bytes;
  }
  std::size_t sent_packets() const { return sent_packets_; }
  // The publishers have gone home.
  void retire() { publishers_.clear(); }
  pipeline::Shard& shard() { return shard_; }

 private:
  void flush() {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(9);
    for (const base::Egress& egress : shard_.outbox().pending()) {
      const base::Bytes bytes = shard_.outbox().bytes(egress);
      ++sent_packets_;
      sendto(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&to), sizeof to);
    }
    shard_.outbox().clear();
  }
  void settle() {
    while (executor_->run_all() > 0 || !posted_.empty()) {
      for (const auto& command : std::exchange(posted_, {})) command(shard_);
    }
  }

  const std::shared_ptr<kaskado::test::ManualExecutor> executor_ =
      std::make_shared<kaskado::test::ManualExecutor>();
  std::vector<std::function<void(pipeline::Shard&)>> posted_;
  pipeline::MediaConfiguration configuration_;
  base::SeededRandom random_{7};
  const int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::filesystem::path folder_;
  std::vector<Publisher*> publishers_;
  int recorders_ = 0;
  int steps_ = 0;
  int pictures_ = 0;
  std::size_t sent_packets_ = 0;
  pipeline::Shard shard_{configuration_,
                         random_,
                         {base::Instant{1000s}, base::WallTime{1'700'000'000'000'000'000}},
                         [](pipeline::Event) {},
                         [this](base::Outbox&) { flush(); }};
};

void measure(benchmark::State& state, Stage& stage, double publishers) {
  for (auto _ : state) stage.run_second();
  const double packets = static_cast<double>(state.iterations()) * kPacketsPerSecond * publishers;
  state.counters["ns_per_packet"] =
      benchmark::Counter(packets / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// What it takes to receive alone: it is in both of the others.
void receive(benchmark::State& state) {
  Stage stage;
  stage.publish();
  measure(state, stage, 1);
}
BENCHMARK(receive);

void forward(benchmark::State& state) {
  Stage stage;
  stage.watch(stage.publish());
  measure(state, stage, 1);
}
BENCHMARK(forward);

void play(benchmark::State& state) {
  Stage stage;
  RecorderEndpoint& recorder = stage.record(stage.publish());
  for (int i = 0; i < kPlayedSeconds + 5; ++i) stage.run_second();
  (void)recorder.stop();
  stage.retire();
  stage.run_second();
  stage.play();
  for (int i = 0; i < 2; ++i) stage.run_second();  // it reads ahead
  const std::size_t before = stage.sent_packets();
  for (auto _ : state) stage.run_second();
  const auto packets = static_cast<double>(stage.sent_packets() - before);
  if (packets < 0.95 * kPacketsPerSecond * kPlayedSeconds) state.SkipWithError("not all was played");
  state.counters["ns_per_packet"] =
      benchmark::Counter(packets / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(play)->Iterations(kPlayedSeconds);

void record(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  Stage stage;
  std::vector<Publisher*> publishers;
  for (std::size_t i = 0; i < count; ++i) publishers.push_back(&stage.publish());
  for (int i = 0; i < 4; ++i) stage.run_second();  // histories are full
  malloc_trim(0);
  const auto before = mallinfo2();
  for (Publisher* each : publishers) stage.record(*each);
  for (int i = 0; i < 5; ++i) stage.run_second();
  const auto after = mallinfo2();
  const auto heap = static_cast<double>(after.uordblks + after.hblkhd) -
                    static_cast<double>(before.uordblks + before.hblkhd);
  const auto written = stage.written_bytes();
  measure(state, stage, static_cast<double>(count));
  const double expected = static_cast<double>(state.iterations()) * static_cast<double>(count) *
                          (30.0 * kPicturePackets * (kPicturePayload - 1) + 50.0 * kSoundPayload);
  // All but the cluster that is not ended yet.
  const double lost = expected - static_cast<double>(stage.written_bytes() - written);
  if (lost > 1.3e5 * 1.5 * static_cast<double>(count)) state.SkipWithError("frames were lost");
  state.counters["heap_kB_per_recording"] = heap / 1024 / static_cast<double>(count);
  state.counters["cores"] = benchmark::Counter(static_cast<double>(state.iterations()),
                                               benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(record)->ArgName("recordings")->Arg(1)->Arg(50);

}  // namespace
}  // namespace kaskado::elements
