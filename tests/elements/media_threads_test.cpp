// Media that is made into something else on real threads: a shard's, another's, and those of the compute
// pool. Nothing waits for a time to pass, only for what it expects; the limits are there to fail instead of
// hanging.
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "elements/api.hpp"
#include "elements/composite.hpp"
#include "elements/hub_port.hpp"
#include "elements/rtp_endpoint.hpp"
#include "pipeline/pipeline_mirror.hpp"
#include "pipeline/shard_group.hpp"
#include "pipeline/test_filter.hpp"
#include "support/udp.hpp"

namespace kaskado::elements::test {
namespace {

using codec::CodecId;
using pipeline::MediaElement;
using pipeline::MediaFormat;
using pipeline::MediaType;
using pipeline::Shard;
using pipeline::ShardGroup;
using pipeline::ShardThread;
using pipeline::Value;
using pipeline::test::Camera;
using pipeline::test::format;
using pipeline::test::TestElement;
using namespace std::chrono_literals;

std::shared_ptr<pipeline::MediaConfiguration> loopback() {
  auto configuration = std::make_shared<pipeline::MediaConfiguration>();
  configuration->network_interfaces = {"lo"};
  return configuration;
}

// Runs `work` on the shard's thread and gives what it gives.
template <typename Work>
auto on(ShardThread& thread, Work work) {
  using Result = decltype(work(std::declval<Shard&>()));
  auto promise = std::make_shared<std::promise<Result>>();
  auto future = promise->get_future();
  EXPECT_TRUE(
      thread.post([promise, work = std::move(work)](Shard& shard) { promise->set_value(work(shard)); }));
  EXPECT_EQ(future.wait_for(60s), std::future_status::ready);
  return future.get();
}

// Asks again and again; what it waits for comes, or the test fails.
template <typename Work>
bool comes_true(ShardThread& thread, Work work) {
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < limit) {
    if (on(thread, work)) return true;
    std::this_thread::yield();
  }
  return false;
}

TestElement& element(Shard& shard, const std::string& id) {
  return dynamic_cast<TestElement&>(*shard.objects().find(id));
}
MediaElement& there(Shard& shard, const std::string& id) {
  return dynamic_cast<MediaElement&>(*shard.objects().find(id));
}

// A line to a port that takes everything and says nothing.
struct Line {
  Line() {
    line.set_key(srtp::MasterKey::from(srtp::Profile::aead_aes128_gcm, std::vector<std::uint8_t>(16, 1),
                                       std::vector<std::uint8_t>(12, 2))
                     .value());
    line.open({0, base::SocketAddress::v4({127, 0, 0, 1}, 9)});
  }
  transport::EgressLine line;
};

MediaFormat codec_number(int number) {
  if (number % 3 == 0) return format(120, "VP8");
  return number % 3 == 1 ? pipeline::test::h264() : format(98, "VP9", 90'000, "profile-id=0");
}

bool has_sent(Shard& shard, const std::string& id) {
  const auto info = element(shard, id).sink(MediaType::video)->sender_info(shard.now());
  return info && info->packets > 3;
}

// Belongs to one shard's thread.
struct Publisher {
  explicit Publisher(Shard& shard, const std::string& id) {
    pipeline::RtpSource& source = element(shard, id).add_source(MediaType::video);
    source.configure(pipeline::test::source_config({format(96, "VP8")}));
    camera = std::make_unique<Camera>(source, CodecId::vp8, 96);
  }
  // It asks nobody what was missed, but begins anew now and then.
  void send() { camera->send(camera->sent() % 8 == 0); }
  std::unique_ptr<Camera> camera;
};

TEST(MediaThreads, TranscodesWhileSinksComeAndGo) {
  const auto pool = std::make_shared<loop::ComputePool>(2);
  auto started = ShardThread::start(0, -1, loopback(), {[](const pipeline::Event&) {}}, {.compute = pool});
  ASSERT_TRUE(started.ok()) << started.error().message;
  auto thread = std::move(started).value();
  std::unique_ptr<Publisher> publisher;  // the shard's thread's
  std::deque<std::unique_ptr<Line>> lines;
  on(*thread, [&](Shard& shard) {
    EXPECT_TRUE(shard.objects().create(pipeline::kMediaPipelineClass, "pipe", {}).ok());
    EXPECT_TRUE(shard.objects().create(pipeline::test::kTestElementClass, "source", {Value("pipe")}).ok());
    publisher = std::make_unique<Publisher>(shard, "source");
    return true;
  });
  const auto join = [&](Shard& shard, int number) {
    const std::string id = "viewer" + std::to_string(number);
    EXPECT_TRUE(shard.objects().create(pipeline::test::kTestElementClass, id, {Value("pipe")}).ok());
    lines.push_back(std::make_unique<Line>());
    element(shard, id)
        .add_sink(MediaType::video, lines.back()->line)
        .configure({{codec_number(number)}, {}, {}});
    EXPECT_TRUE(element(shard, "source").connect(&element(shard, id), MediaType::video, {}, {}).ok());
    return true;
  };
  int next = 0, oldest = 0;
  for (int i = 0; i < 150; ++i) {
    on(*thread, [&](Shard& shard) {
      if (i % 5 == 0) join(shard, next++);
      if (next - oldest > 6) shard.objects().release("viewer" + std::to_string(oldest++));
      if (i % 11 == 0) (void)element(shard, "source").set_encoder_bitrate(100'000 + i * 1000);
      publisher->send();
      return true;
    });
  }
  for (int viewer = next - 3; viewer < next; ++viewer) {
    EXPECT_TRUE(comes_true(*thread, [&](Shard& shard) {
      publisher->send();
      return has_sent(shard, "viewer" + std::to_string(viewer));
    })) << viewer;
  }
  // In the middle of it all.
  on(*thread, [&](Shard&) {
    for (int i = 0; i < 10; ++i) publisher->send();
    return true;
  });
  thread->end();
  pool->stop();
  thread.reset();
}

class Shards : public testing::Test {
 protected:
  void SetUp() override {
    auto made = ShardGroup::start(
        2, loopback(), [](std::size_t) { return pipeline::ShardListener{[](const pipeline::Event&) {}}; });
    ASSERT_TRUE(made.ok()) << made.error().message;
    group = std::move(made).value();
    on(home(),
       [](Shard& shard) { return shard.objects().create(pipeline::kMediaPipelineClass, "pipe", {}).ok(); });
  }
  ShardThread& home() { return (*group)[0]; }
  ShardThread& away() { return (*group)[1]; }

  void add_away(const std::string& id) {
    add_away(id, pipeline::test::kTestElementClass, {Value("pipe")});
  }
  void add_away(const std::string& id, const pipeline::ClassInfo& info, const pipeline::Arguments& arguments) {
    auto made = std::make_shared<std::promise<bool>>();
    auto future = made->get_future();
    on(home(), [made, id, &info, arguments](Shard& shard) {
      pipeline::create_on(
          1, shard, info, id, arguments, {},
          [made](Shard&, const pipeline::ApiResult<void>& result) { made->set_value(result.ok()); });
      return true;
    });
    ASSERT_EQ(future.wait_for(60s), std::future_status::ready);
    EXPECT_TRUE(future.get());
  }
  void add_viewer_away(const std::string& id, int codec, const std::string& of) {
    add_away(id);
    lines.push_back(std::make_unique<Line>());
    on(away(), [&line = lines.back()->line, id, codec](Shard& shard) {
      element(shard, id).add_sink(MediaType::video, line).configure({{codec_number(codec)}, {}, {}});
      return true;
    });
    link(of, id);
  }
  void link(const std::string& source, const std::string& sink) {
    EXPECT_TRUE(on(home(), [source, sink](Shard& shard) {
      return there(shard, source).connect(&there(shard, sink), MediaType::video, {}, {}).ok();
    }));
  }
  bool gets_media(const std::string& id, ShardThread& from, std::unique_ptr<Publisher>& publisher) {
    return comes_true(from, [&](Shard&) {
      publisher->send();
      return on(away(), [id](Shard& shard) { return has_sent(shard, id); });
    });
  }

  std::deque<std::unique_ptr<Line>> lines;
  std::unique_ptr<ShardGroup> group;
};

TEST_F(Shards, ViewersElsewhereGetTheirCodecsAndWhatAFilterMakes) {
  std::unique_ptr<Publisher> publisher;  // the home shard's thread's
  on(home(), [&](Shard& shard) {
    EXPECT_TRUE(
        shard.objects().create(pipeline::test::kTestElementClass, "pipe/source", {Value("pipe")}).ok());
    publisher = std::make_unique<Publisher>(shard, "pipe/source");
    pipeline::test::add_filter(shard, "pipe/filter");
    return true;
  });
  link("pipe/source", "pipe/filter");
  for (int i = 0; i < 3; ++i) add_viewer_away("pipe/viewer" + std::to_string(i), i, "pipe/source");
  for (int i = 3; i < 5; ++i) add_viewer_away("pipe/viewer" + std::to_string(i), i, "pipe/filter");
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(gets_media("pipe/viewer" + std::to_string(i), home(), publisher)) << i;
  // While frames are under way everywhere.
  on(home(), [&](Shard& shard) {
    for (int i = 0; i < 5; ++i) publisher->send();
    shard.objects().release("pipe/filter");
    for (int i = 0; i < 5; ++i) publisher->send();
    return true;
  });
  on(away(), [](Shard& shard) {
    shard.objects().release("pipe/viewer1");
    return true;
  });
  EXPECT_TRUE(gets_media("pipe/viewer2", home(), publisher));
  publisher.reset();
  group.reset();
}

// An m-line of a peer at this port; the answer's port.
std::uint16_t negotiate(Shard& shard, const std::string& id, std::uint16_t port, const std::string& direction) {
  const auto answer = dynamic_cast<RtpEndpoint&>(*shard.objects().find(id))
                          .process_offer("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " +
                                         std::to_string(port) + " RTP/AVP 8\r\na=" + direction + "\r\n");
  EXPECT_TRUE(answer.ok());
  const std::string m_line = "m=audio ";
  return static_cast<std::uint16_t>(std::stoi(answer->substr(answer->find(m_line) + m_line.size())));
}

TEST_F(Shards, PacketsGoFromSocketToSocketInOrder) {
  constexpr std::size_t kBursts = 40, kBurst = 25;
  kaskado::test::Udp sender, receiver;
  const pipeline::Arguments arguments{Value("pipe"), {}, false};
  on(home(), [&](Shard& shard) { return shard.objects().create(kRtpEndpointClass, "pipe/from", arguments).ok(); });
  add_away("pipe/to", kRtpEndpointClass, arguments);
  on(away(), [&](Shard& shard) { return negotiate(shard, "pipe/to", receiver.port(), "recvonly"); });
  EXPECT_TRUE(on(home(), [](Shard& shard) {
    return there(shard, "pipe/from").connect(&there(shard, "pipe/to"), MediaType::audio, {}, {}).ok();
  }));
  const auto port = on(home(), [&](Shard& shard) { return negotiate(shard, "pipe/from", sender.port(), "sendonly"); });
  std::vector<std::uint8_t> packet(172, 0xd5);
  std::uint16_t sequence = 0;
  const auto send = [&] {
    packet[0] = 0x80, packet[1] = 8;
    base::store_u16(packet.data() + 2, ++sequence);
    base::store_u32(packet.data() + 4, sequence * 160u);
    base::store_u32(packet.data() + 8, 0x1234);
    base::store_u16(packet.data() + 12, sequence);  // for the receiver, whose numbering is another
    sender.send(packet, port);
  };
  std::optional<std::uint16_t> last;
  std::uint16_t arrived = 0;
  const auto receive = [&] {
    const auto got = receiver.receive();
    if (got.size() != packet.size()) return;  // a report
    const std::uint16_t number = base::load_u16(got.data() + 2);
    if (last) {
      EXPECT_EQ(number, static_cast<std::uint16_t>(*last + 1));
    }
    last = number;
    arrived = base::load_u16(got.data() + 12);
  };
  // What comes before the link is known over there goes nowhere; one at a time, for the ring to it is bounded.
  for (int i = 0; i < 6000 && !last; ++i) {
    send();
    if (receiver.is_ready(10ms)) receive();
  }
  ASSERT_TRUE(last);
  for (std::size_t burst = 0; burst < kBursts && !HasFailure(); ++burst) {
    for (std::size_t i = 0; i < kBurst; ++i) send();
    while (arrived != sequence && !HasFailure()) receive();
  }
  group.reset();
}

// They are shared with the other thread, and the source learns there that nobody holds them any more.
TEST_F(Shards, MessagesOfDataChannelsAreSharedAmongThreads) {
  add_away("pipe/far");
  pipeline::DataWindow window;  // the home shard's thread's
  on(home(), [](Shard& shard) {
    return shard.objects().create(pipeline::test::kTestElementClass, "pipe/source", {Value("pipe")}).ok();
  });
  EXPECT_TRUE(on(home(), [](Shard& shard) {
    return there(shard, "pipe/source").connect(&there(shard, "pipe/far"), MediaType::data, {}, {}).ok();
  }));
  constexpr int kMessages = 200;
  std::size_t came = 0;  // the other shard's thread's
  for (int sent = 0; sent < kMessages;) {
    on(home(), [&](Shard& shard) {
      for (; window.is_open() && sent < kMessages; ++sent)
        element(shard, "pipe/source").send_data(window.admit(std::vector<std::uint8_t>(100'000, 1), true, "label"));
      return true;
    });
    on(away(), [&](Shard& shard) {
      came += element(shard, "pipe/far").data.size();
      element(shard, "pipe/far").data.clear();
      return true;
    });
  }
  EXPECT_TRUE(comes_true(away(), [&](Shard& shard) { return came + element(shard, "pipe/far").data.size() == kMessages; }));
  on(away(), [&](Shard& shard) {
    element(shard, "pipe/far").data.clear();
    return true;
  });
  EXPECT_TRUE(comes_true(home(), [&](Shard&) { return window.is_open(); }));
  group.reset();
}

TEST_F(Shards, AHubMixesForThoseElsewhere) {
  std::unique_ptr<Publisher> publisher;  // the other shard's thread's
  add_away("pipe/source");
  on(home(), [](Shard& shard) {
    EXPECT_TRUE(shard.objects().create(kCompositeClass, "pipe/hub", {Value("pipe"), 320, 240, 15}).ok());
    for (const char* id : {"pipe/hub/in", "pipe/hub/out"})
      EXPECT_TRUE(shard.objects().create(kHubPortClass, id, {Value("pipe/hub")}).ok());
    return true;
  });
  on(away(), [&](Shard& shard) {
    publisher = std::make_unique<Publisher>(shard, "pipe/source");
    return true;
  });
  link("pipe/source", "pipe/hub/in");
  for (int i = 0; i < 2; ++i) add_viewer_away("pipe/viewer" + std::to_string(i), i, "pipe/hub/out");
  for (int i = 0; i < 2; ++i) {
    const std::string id = "pipe/viewer" + std::to_string(i);
    EXPECT_TRUE(comes_true(away(), [&](Shard& shard) {
      publisher->send();
      return has_sent(shard, id);
    })) << i;
  }
  on(home(), [](Shard& shard) {
    shard.objects().release("pipe/hub");
    return true;
  });
  on(away(), [&](Shard&) {
    for (int i = 0; i < 5; ++i) publisher->send();
    publisher.reset();
    return true;
  });
  group.reset();
}

}  // namespace
}  // namespace kaskado::elements::test
