// Sinks that follow media in another codec than it comes in: real coders, on virtual time.
#include <cmath>
#include <deque>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"
#include "codec/synthetic.hpp"
#include "codec/video_codec.hpp"
#include "fixture.hpp"
#include "support/manual_executor.hpp"

namespace kaskado::pipeline::test {
namespace {

using codec::CodecId;

MediaFormat h264(std::uint8_t payload_type = 102) {
  return format(payload_type, "H264", 90'000, "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1");
}

// Encodes a moving pattern and sends its packets to a source, 30 pictures a second.
class Camera {
 public:
  Camera(Shard& shard, RtpSource& source, CodecId codec, std::uint8_t payload_type, std::uint32_t ssrc = kSsrc)
      : shard_(shard),
        source_(source),
        codec_(codec),
        payload_type_(payload_type),
        ssrc_(ssrc),
        encoder_(std::move(codec::VideoEncoder::create({.codec = codec, .width = kWidth, .height = kHeight, .bitrate_bps = 1'000'000}))
                     .value()),
        packetizer_(codec::Packetizer::create({.codec = codec})) {}

  static constexpr int kWidth = 320, kHeight = 240;

  static codec::Picture picture(int number) {
    codec::Picture drawn(kWidth, kHeight);
    codec::draw_pattern(drawn, number);
    return drawn;
  }
  void send(bool key_frame = false) {
    const auto encoded = encoder_->encode(picture(number_), number_ * 33'333us, key_frame || number_ == 0);
    ASSERT_TRUE(encoded.ok()) << encoded.error().message;
    ++number_;
    if (!encoded->bytes) return;
    packetizer_->begin({.codec = codec_, .bytes = encoded->bytes, .key_frame = encoded->key_frame}, 1100);
    Octets room(1100);
    while (const auto fragment = packetizer_->next(room)) {
      PacketSpec spec;
      spec.sequence = ++sequence_;
      spec.timestamp = static_cast<std::uint32_t>(number_) * 3000u;
      spec.payload_type = payload_type_;
      spec.ssrc = ssrc_;
      spec.marker = fragment->last;
      spec.payload.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(fragment->bytes));
      source_.receive(rtp::test::make_media(shard_.packets(), spec, shard_.now()), shard_.now());
    }
    source_.end_run(shard_.outbox());
  }
  int sent() const { return number_; }

 private:
  Shard& shard_;
  RtpSource& source_;
  CodecId codec_;
  std::uint8_t payload_type_;
  std::uint32_t ssrc_;
  std::unique_ptr<codec::VideoEncoder> encoder_;
  std::unique_ptr<codec::Packetizer> packetizer_;
  int number_ = 0;
  std::uint16_t sequence_ = 0;
};

class Transcoding : public ElementTest {
 protected:
  Transcoding() {
    shard.give_compute({.executor = executor,
                        .post_back =
                            [this](std::function<void(Shard&)> task) {
                              posted.push_back(std::move(task));
                              return true;
                            },
                        .clock = [this] { return shard.now(); }});
    source = &add("source").add_source(MediaType::video);
    source->configure(source_config({format(96, "VP8")}));
  }
  ~Transcoding() override {
    shard.objects().release_all();
    settle();
    EXPECT_EQ(shard.packets().in_use(), 0u);
    EXPECT_EQ(executor->waiting(), 0u);
  }

  TestElement& element(const std::string& id) { return *dynamic_cast<TestElement*>(shard.objects().find(id)); }
  void settle() {
    while (executor->run_all() > 0 || !posted.empty()) {
      for (const auto& task : std::exchange(posted, {})) task(shard);
    }
  }
  RtpSink& add_viewer(const std::string& id, Subscriber& subscriber, const MediaFormat& wanted) {
    RtpSink& sink = add(id).add_sink(MediaType::video, subscriber.line);
    sink.configure({{wanted}, {}, {}});
    connect(element("source"), element(id), MediaType::video);
    return sink;
  }
  bool is_told(const std::string& event) {
    const auto told = take_events("source");
    return std::ranges::find(told, event) != told.end();
  }
  void show(Camera& camera, int pictures, const std::vector<Subscriber*>& viewers) {
    for (int i = 0; i < pictures; ++i) {
      time += 33'333us;
      at(time);
      camera.send();
      settle();
      shard.advance(now());
      settle();
      for (Subscriber* viewer : viewers) viewer->take(shard.outbox());
      shard.outbox().clear();
    }
  }

  base::Duration time{};
  std::shared_ptr<kaskado::test::ManualExecutor> executor = std::make_shared<kaskado::test::ManualExecutor>();
  std::vector<std::function<void(Shard&)>> posted;
  RtpSource* source = nullptr;
};

struct Seen {
  int key_frames = 0;
  std::vector<codec::PictureRef> pictures;
};

// What a viewer gets to see of what it has heard.
Seen look(const Subscriber& viewer, CodecId codec) {
  Seen seen;
  auto depacketizer = codec::Depacketizer::create({.codec = codec});
  auto decoder = std::move(codec::VideoDecoder::create(codec, std::make_shared<codec::PicturePool>())).value();
  std::vector<base::Bytes> payloads;
  std::vector<codec::VideoDecoder::Decoded> decoded;
  for (const Heard& heard : viewer.rtp) {
    payloads.push_back(heard.payload);
    if (!heard.header.marker) continue;
    const auto frame = depacketizer->assemble(payloads);
    payloads.clear();
    if (!frame.ok()) {
      ADD_FAILURE() << "a frame that cannot be put together";
      continue;
    }
    seen.key_frames += frame->key_frame;
    EXPECT_TRUE(decoder->decode(*frame->bytes, 0, decoded).ok());
  }
  for (const auto& one : decoded) seen.pictures.push_back(one.picture);
  return seen;
}

TEST_F(Transcoding, AViewerOfAnotherCodecSeesTheSamePicture) {
  ASSERT_TRUE(element("source").set_encoder_bitrate(1'000'000).ok());
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(shard, *source, CodecId::vp8, 96);
  show(camera, 60, {&viewer});
  const Seen seen = look(viewer, CodecId::h264);
  ASSERT_GE(seen.pictures.size(), 55u);
  EXPECT_GE(seen.key_frames, 1);
  // What was sent last is seen last.
  double best = 0;
  for (int back = 1; back < 5; ++back) {
    best = std::max(best, codec::psnr(*seen.pictures.back(), camera.picture(camera.sent() - back)));
  }
  EXPECT_GE(best, 30.0);
  for (std::size_t i = 1; i < viewer.rtp.size(); ++i) {
    EXPECT_EQ(viewer.rtp[i].header.sequence.value, static_cast<std::uint16_t>(viewer.rtp[i - 1].header.sequence.value + 1));
  }
}

TEST_F(Transcoding, ThoseWhoTakeItAsItComesGetItUnchangedBesideOthers) {
  Subscriber plain(1), other(2);
  add_viewer("plain", plain, format(120, "VP8"));
  add_viewer("other", other, h264());
  Camera camera(shard, *source, CodecId::vp8, 96);
  show(camera, 20, {&plain, &other});
  EXPECT_EQ(look(plain, CodecId::vp8).pictures.size(), 20u);
  EXPECT_GE(look(other, CodecId::h264).pictures.size(), 18u);
}

TEST_F(Transcoding, EncodesOnceForAllOfOneCodec) {
  Subscriber first(1), second(2);
  add_viewer("first", first, h264(102));
  add_viewer("second", second, h264(107));
  Camera camera(shard, *source, CodecId::vp8, 96);
  show(camera, 20, {&first, &second});
  ASSERT_FALSE(first.rtp.empty());
  ASSERT_EQ(first.rtp.size(), second.rtp.size());
  for (std::size_t i = 0; i < first.rtp.size(); ++i) EXPECT_EQ(first.rtp[i].payload, second.rtp[i].payload);
}

TEST_F(Transcoding, IsToldWhileItLasts) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(shard, *source, CodecId::vp8, 96);
  show(camera, 3, {&viewer});
  EXPECT_TRUE(is_told("MediaTranscodingStateChanged TRANSCODING VIDEO"));
  EXPECT_TRUE(element("source").is_media_transcoding(MediaType::video, "default").value());
  disconnect(element("source"), element("viewer"), MediaType::video);
  EXPECT_TRUE(is_told("MediaTranscodingStateChanged NOT_TRANSCODING VIDEO"));
  EXPECT_FALSE(element("source").is_media_transcoding(MediaType::video, "default").value());
  settle();
}

TEST_F(Transcoding, AWishForAKeyFrameIsServedByTheEncoder) {
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, h264());
  Camera camera(shard, *source, CodecId::vp8, 96);
  show(camera, 30, {&viewer});
  const int before = look(viewer, CodecId::h264).key_frames;
  viewer.forget();
  sink.receive_picture_loss(now());
  show(camera, 2, {&viewer});
  const Seen seen = look(viewer, CodecId::h264);
  EXPECT_EQ(before, 1);
  EXPECT_EQ(seen.key_frames, 1);
}

TEST_F(Transcoding, FollowsTheReceiversEstimate) {
  ASSERT_TRUE(element("source").set_encoder_bitrate(1'000'000).ok());
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, h264());
  Camera camera(shard, *source, CodecId::vp8, 96);
  const auto bytes = [&] {
    std::size_t sum = 0;
    for (const Heard& heard : viewer.rtp) sum += heard.payload.size();
    viewer.forget();
    return sum;
  };
  show(camera, 90, {&viewer});
  viewer.forget();
  show(camera, 60, {&viewer});
  const std::size_t before = bytes();
  sink.receive_remb(150'000, now());
  show(camera, 60, {&viewer});
  viewer.forget();
  show(camera, 60, {&viewer});
  const std::size_t after = bytes();
  EXPECT_LT(after, before / 2);
  EXPECT_LT(static_cast<double>(after) * 8 / 2, 150'000 * 1.3);
}

// A publisher may change its codec in the middle, without a word.
TEST_F(Transcoding, EndsWhenTheSourceTurnsToTheViewersCodec) {
  source->configure(source_config({format(96, "VP8"), h264(102)}));
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera vp8(shard, *source, CodecId::vp8, 96);
  show(vp8, 10, {&viewer});
  EXPECT_TRUE(element("source").is_media_transcoding(MediaType::video, "default").value());
  Camera other(shard, *source, CodecId::h264, 102, kSsrc + 1);
  show(other, 10, {&viewer});
  EXPECT_FALSE(element("source").is_media_transcoding(MediaType::video, "default").value());
  EXPECT_GE(look(viewer, CodecId::h264).pictures.size(), 18u);
}

TEST_F(Transcoding, TheLatencyThatIsToldIsTheTimeItTook) {
  Subscriber plain(1), other(2);
  RtpSink& forwarded = add_viewer("plain", plain, format(120, "VP8"));
  RtpSink& encoded = add_viewer("other", other, h264());
  EXPECT_EQ(encoded.latency(), std::nullopt);
  Camera camera(shard, *source, CodecId::vp8, 96);
  constexpr base::Duration kWork = 7ms;
  for (int i = 1; i <= 20; ++i) {
    at(i * 33ms);
    camera.send();
    at(i * 33ms + kWork);
    settle();
    shard.outbox().clear();
  }
  EXPECT_EQ(encoded.latency(), kWork);
  EXPECT_EQ(forwarded.latency(), 0ms);
  EXPECT_TRUE(element("other").get_stats({}).value().empty()) << "nobody has asked for it";
  auto& pipeline = dynamic_cast<MediaPipeline&>(*shard.objects().find("pipe"));
  ASSERT_TRUE(pipeline.set_latency_stats(true).ok());
  const auto stats = element("other").get_stats(MediaType::video).value();
  ASSERT_EQ(stats.size(), 1u);
  const ElementStats told = ElementStats::from_value(stats.begin()->second);
  EXPECT_EQ(told.input_video_latency, 7e6);
  ASSERT_EQ(told.input_latency.size(), 1u);
  EXPECT_EQ(told.input_latency[0].avg, 7e6);
}

// setVideoFormat of the element that receives.
TEST_F(Transcoding, AClientMayAskForAnotherCodecAndFewerPictures) {
  Subscriber viewer(1);
  TestElement& receiver = add("viewer");
  receiver.add_sink(MediaType::video, viewer.line).configure({{format(120, "VP8"), h264(102)}, {}, {}});
  connect(element("source"), receiver, MediaType::video);
  Camera camera(shard, *source, CodecId::vp8, 96);
  show(camera, 10, {&viewer});
  EXPECT_EQ(look(viewer, CodecId::vp8).pictures.size(), 10u) << "as it comes";
  viewer.forget();
  ASSERT_TRUE(receiver.set_video_format({VideoCodec::h264, {10, 1}}).ok());
  camera.send(true);  // as the decoder asks for
  show(camera, 60, {&viewer});
  const Seen seen = look(viewer, CodecId::h264);
  EXPECT_GE(seen.pictures.size(), 18u);
  EXPECT_LE(seen.pictures.size(), 21u) << "ten a second, for two seconds";
  ASSERT_TRUE(receiver.set_video_format({VideoCodec::vp8, {30, 1}}).ok());
  viewer.forget();
  camera.send(true);
  show(camera, 10, {&viewer});
  EXPECT_GE(look(viewer, CodecId::vp8).pictures.size(), 10u);
  EXPECT_FALSE(receiver.set_video_format({VideoCodec::vp8, {30, 0}}).ok());
}

TEST_F(Transcoding, WhoComesLaterBeginsWithAKeyFrame) {
  Subscriber first(1), late(2);
  add_viewer("first", first, h264());
  Camera camera(shard, *source, CodecId::vp8, 96);
  show(camera, 20, {&first});
  add_viewer("late", late, h264());
  show(camera, 20, {&first, &late});
  const Seen seen = look(late, CodecId::h264);
  EXPECT_GE(seen.key_frames, 1);
  EXPECT_GE(seen.pictures.size(), 9u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
