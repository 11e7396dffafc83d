// A shard on virtual time, elements whose sources and sinks a test chooses, and the far end of a line.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/media_element.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/rtp_source.hpp"
#include "pipeline/shard.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/rtp_test_support.hpp"
#include "srtp/receiver.hpp"

namespace kaskado::pipeline::test {

using base::DropReason;
using base::Instant;
using rtp::test::Octets;
using rtp::test::PacketSpec;
using namespace std::chrono_literals;

inline constexpr Instant kStart{1000s};

// What an event says in one line: "MediaFlowOutStateChanged FLOWING VIDEO".
inline std::string text_of(const Event& event) {
  std::string text(event.info->name);
  for (const char* name : {"state", "oldState", "newState", "mediaType", "sink"}) {
    const Value* value = event.data.find(name);
    if (value && value->string()) text += " " + *value->string();
  }
  return text;
}

class ShardTest : public testing::Test {
 protected:
  // Without `ports` no session gets a port of its own.
  explicit ShardTest(PortFunctions ports = {}) : port_functions(std::move(ports)) {
    EXPECT_TRUE(shard.objects().create(kMediaPipelineClass, "pipe", {}).ok());
  }

  void at(base::Duration since_start) { shard.set_now(kStart + since_start); }
  Instant now() const { return shard.now(); }
  // The texts of the events since the last call; of one object, where one is named.
  std::vector<std::string> take_events(const std::string& source = {}) {
    std::vector<std::string> texts;
    for (const Event& event : std::exchange(events, {})) {
      if (source.empty() || event.source == source) texts.push_back(text_of(event));
    }
    return texts;
  }

  MediaConfiguration configuration;
  base::SeededRandom random{7};
  std::vector<Event> events;
  std::size_t flushes = 0;  // that came because the outbox was full
  std::function<void(base::Outbox&)> flush = [](base::Outbox& outbox) { outbox.clear(); };
  PortFunctions port_functions;
  Shard shard{configuration,
              random,
              {kStart, base::WallTime{1'700'000'000'000'000'000}},
              [this](Event event) { events.push_back(std::move(event)); },
              [this](base::Outbox& outbox) {
                ++flushes;
                flush(outbox);
              },
              port_functions};
};

// Makes media of the types that it is given sources for, takes those that it is given sinks for, and passes
// on the rest if it is told to.
class TestElement final : public MediaElement {
 public:
  using MediaElement::MediaElement;
  RtpSource* source(MediaType type) override { return source_of(type); }
  RtpSink* sink(MediaType type) override { return sink_of(type); }
  RtpSource* source_of(Pad pad) override { return sources_[at(pad)].get(); }
  RtpSink* sink_of(Pad pad) override { return sinks_[at(pad)].get(); }
  bool passes(MediaType) const override { return passes_; }

  RtpSource& add_source(Pad pad) {
    sources_[at(pad)] = std::make_unique<RtpSource>(shard(), *this, pad.type);
    sources_[at(pad)]->set_pad(pad);
    rebind();
    return *sources_[at(pad)];
  }
  RtpSink& add_sink(Pad pad, transport::EgressLine& line) {
    sinks_[at(pad)] = std::make_unique<RtpSink>(shard(), line, pad.type);
    rebind();
    return *sinks_[at(pad)];
  }
  void drop_source(Pad pad) {
    sources_[at(pad)].reset();
    rebind();
  }
  void pass_on() { passes_ = true; }
  // Messages of data channels that came in; kept until it is emptied.
  std::vector<DataRef> data;

 private:
  void on_data(const DataRef& message) override { data.push_back(message); }
  static std::size_t at(Pad pad) { return pad.number * std::size_t{3} + static_cast<std::size_t>(pad.type); }
  std::array<std::unique_ptr<RtpSource>, 3 * kMaxPads> sources_;
  std::array<std::unique_ptr<RtpSink>, 3 * kMaxPads> sinks_;
  bool passes_ = false;
};

inline const ClassInfo kTestElementClass{
    .name = "TestElement",
    .module = "test",
    .namespace_ = "test",
    .parent = &kMediaElementClass,
    .create = [](const Construction& construction,
                 const Arguments& arguments) -> ApiResult<std::unique_ptr<MediaObject>> {
      MediaObject* parent = construction.host.find(*arguments.at(0).string());
      return std::unique_ptr<MediaObject>(std::make_unique<TestElement>(construction, parent));
    }};

class ElementTest : public ShardTest {
 protected:
  TestElement& add(const std::string& id, const std::string& pipeline = "pipe") {
    EXPECT_TRUE(shard.objects().create(kTestElementClass, id, {Value(pipeline)}).ok());
    return *dynamic_cast<TestElement*>(shard.objects().find(id));
  }
  TestElement& add_passing(const std::string& id) {
    TestElement& element = add(id);
    element.pass_on();
    return element;
  }
  static void connect(MediaElement& source, MediaElement& sink, std::optional<MediaType> type = {}) {
    EXPECT_TRUE(source.connect(&sink, type, {}, {}).ok());
  }
  static void disconnect(MediaElement& source, MediaElement& sink, std::optional<MediaType> type = {}) {
    EXPECT_TRUE(source.disconnect(&sink, type, {}, {}).ok());
  }
};

// What has come out of a line, opened and read.
struct Heard {
  rtp::RtpHeader header;
  Octets payload;
  Octets bytes;  // the whole packet
};

// A line with a key, and its far end.
struct Subscriber {
  explicit Subscriber(std::uint16_t port) : path{0, base::SocketAddress::v4({192, 0, 2, 7}, port)} {
    line.set_key(key());
    line.open(path);
  }

  // Opens what stands in the outbox for this one; the rest is left alone.
  void take(const base::Outbox& outbox) {
    for (const base::Egress& egress : outbox.pending()) {
      if (egress.path == path) open(outbox.bytes(egress));
    }
  }
  void take_all(base::Outbox& outbox) {
    take(outbox);
    outbox.clear();
  }
  void forget() {
    rtp.clear();
    rtcp.clear();
  }
  std::vector<std::uint16_t> sequences() const {
    std::vector<std::uint16_t> numbers;
    for (const Heard& heard : rtp) numbers.push_back(heard.header.sequence.value);
    return numbers;
  }

  transport::EgressLine line;
  base::Path path;
  std::vector<Heard> rtp;
  std::vector<Octets> rtcp;

 private:
  static srtp::MasterKey key() {
    const Octets octets(32, 0x5a);
    return srtp::MasterKey::from(srtp::Profile::aead_aes128_gcm, base::Bytes(octets).first(16),
                                 base::Bytes(octets).first(12))
        .value();
  }
  void open(base::Bytes sealed) {
    Octets bytes(sealed.begin(), sealed.end());
    const bool control = rtp::is_rtcp(bytes);
    const srtp::OpenResult opened = control ? receiver_.open_rtcp(bytes) : receiver_.open_rtp(bytes);
    // A retransmission is the same packet once more.
    if (opened.drop == DropReason::srtp_replay) return void(++repeated);
    ASSERT_EQ(opened.drop, DropReason::none);
    bytes.resize(opened.length);
    if (control) return rtcp.push_back(std::move(bytes));
    const auto header = rtp::parse_rtp(bytes);
    ASSERT_TRUE(header);
    const auto payload = bytes.begin() + header->payload_offset;
    rtp.push_back({*header, Octets(payload, payload + header->payload_length), bytes});
  }

  srtp::SrtpReceiver receiver_{key()};

 public:
  int repeated = 0;
};

inline MediaFormat format(std::uint8_t payload_type, const std::string& name,
                          std::uint32_t clock_rate = 90'000, const std::string& parameters = {}) {
  sdp::RtpCodec codec;
  codec.payload_type = payload_type;
  codec.name = name;
  codec.clock_rate = clock_rate;
  codec.parameters = sdp::FormatParameters(parameters);
  return {{payload_type}, codec};
}

inline RtpSourceConfig source_config(std::vector<MediaFormat> formats) {
  return {std::move(formats), rtp::Ssrc{0xfeed}, true, rtp::KeyFrameMethod::pli};
}

inline constexpr std::uint32_t kSsrc = 0x1234;

// A VP8 packet of `source`; `key` starts a key frame.
inline PacketSpec vp8(std::uint16_t sequence, bool key = false, std::uint32_t ssrc = kSsrc) {
  PacketSpec spec;
  spec.sequence = sequence;
  spec.timestamp = sequence * 3000u;
  spec.ssrc = ssrc;
  spec.payload = key ? rtp::test::kVp8KeyFrame : rtp::test::kVp8DeltaFrame;
  spec.payload.push_back(static_cast<std::uint8_t>(sequence));
  return spec;
}

// The messages of one kind in compounds.
template <typename T>
std::vector<T> messages(const std::vector<Octets>& compounds) {
  std::vector<T> found;
  for (const Octets& compound : compounds) {
    rtp::RtcpReader reader(compound);
    while (const auto message = reader.next()) {
      if (const T* one = std::get_if<T>(&*message)) found.push_back(*one);
    }
    EXPECT_FALSE(reader.malformed());
  }
  return found;
}

}  // namespace kaskado::pipeline::test
