// Those who send and get real coded media, around a shard whose compute pool is the test's own loop:
// everything happens when its time has come, and in the same order each time.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/audio_codec.hpp"
#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"
#include "codec/synthetic.hpp"
#include "codec/video_codec.hpp"
#include "fixture.hpp"
#include "support/manual_executor.hpp"

namespace kaskado::pipeline::test {

using codec::CodecId;

inline MediaFormat h264(std::uint8_t payload_type = 102) {
  return format(payload_type, "H264", 90'000,
                "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1");
}
inline MediaFormat opus(std::uint8_t payload_type = 111) {
  MediaFormat made = format(payload_type, "opus", 48'000, "minptime=10;useinbandfec=1");
  made.codec.channels = 2;
  return made;
}
inline MediaFormat pcmu() {
  return format(0, "PCMU", 8000);
}
inline MediaFormat telephone_event(std::uint8_t payload_type = 126) {
  return format(payload_type, "telephone-event", 8000);
}

struct Size {
  int width = 320;
  int height = 240;
};

// Encodes what it sees and sends its packets to a source, 30 pictures a second: a moving pattern, where
// nothing else is said.
class Camera {
 public:
  using Scene = std::function<void(codec::Picture& picture, int number)>;

  Camera(RtpSource& source, CodecId codec, std::uint8_t payload_type, std::uint32_t ssrc = kSsrc,
         Scene scene = &codec::draw_pattern, Size size = {})
      : source_(source),
        codec_(codec),
        payload_type_(payload_type),
        ssrc_(ssrc),
        scene_(std::move(scene)),
        packetizer_(codec::Packetizer::create({.codec = codec})) {
    turn_to(size);
  }

  static constexpr base::Duration kInterval = 33'333us;

  // Asked for each packet, whether it gets lost on its way.
  std::function<bool()> loses = [] { return false; };

  codec::Picture picture(int number) const {
    codec::Picture drawn(size_.width, size_.height);
    scene_(drawn, number);
    return drawn;
  }
  // As a phone does that is turned: the next picture is a key frame of another size.
  void turn_to(Size size) {
    size_ = size;
    encoder_ =
        std::move(
            codec::VideoEncoder::create(
                {.codec = codec_, .width = size.width, .height = size.height, .bitrate_bps = 1'000'000}))
            .value();
  }
  // The next picture is one.
  void wish_key_frame() { key_frame_wished_ = true; }
  void send(bool key_frame = false) {
    key_frame |= std::exchange(key_frame_wished_, false);
    const auto encoded = encoder_->encode(picture(number_), number_ * kInterval, key_frame);
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
      Shard& shard = source_.shard();
      if (!loses()) source_.receive(rtp::test::make_media(shard.packets(), spec, shard.now()), shard.now());
    }
    source_.end_run(source_.shard().outbox());
  }
  int sent() const { return number_; }
  // Pictures that would have been sent meanwhile.
  void skip(int pictures) { number_ += pictures; }

 private:
  RtpSource& source_;
  CodecId codec_;
  std::uint8_t payload_type_;
  std::uint32_t ssrc_;
  Scene scene_;
  Size size_;
  std::unique_ptr<codec::VideoEncoder> encoder_;
  std::unique_ptr<codec::Packetizer> packetizer_;
  int number_ = 0;
  std::uint16_t sequence_ = 0;
  bool key_frame_wished_ = false;
};

// A picture of one colour.
inline Camera::Scene plain(std::uint8_t y, std::uint8_t u, std::uint8_t v) {
  return [=](codec::Picture& picture, int) {
    std::fill_n(picture.y(), picture.stride_y() * picture.height(), y);
    std::fill_n(picture.u(), picture.stride_uv() * picture.chroma_height(), u);
    std::fill_n(picture.v(), picture.stride_uv() * picture.chroma_height(), v);
  };
}

// Sends a tone in packets of 20 ms.
class Microphone {
 public:
  Microphone(RtpSource& source, CodecId codec, std::uint8_t payload_type, double hertz,
             std::uint32_t ssrc = kSsrc)
      : source_(source),
        payload_type_(payload_type),
        hertz_(hertz),
        ssrc_(ssrc),
        encoder_(
            std::move(codec::AudioEncoder::create(
                          {.codec = codec,
                           .format = {.sample_rate = codec == CodecId::opus ? 48'000 : 8000, .channels = 1},
                           .bitrate_bps = 64'000}))
                .value()) {}

  static constexpr base::Duration kInterval = 20ms;

  // Asked for each packet, whether it gets lost on its way.
  std::function<bool()> loses = [] { return false; };

  void send() {
    const codec::AudioFormat format = encoder_->format();
    const int length = encoder_->samples_per_frame();
    PacketSpec spec;
    spec.payload.clear();
    const auto samples = codec::sine(hertz_, format.sample_rate, number_ * length, length, format.channels);
    ASSERT_TRUE(encoder_->encode(samples, spec.payload).ok());
    spec.sequence = static_cast<std::uint16_t>(++number_);
    spec.timestamp = static_cast<std::uint32_t>(number_ * length);
    spec.payload_type = payload_type_;
    spec.ssrc = ssrc_;
    send(spec);
  }
  // A packet of RFC 4733.
  void send_digit(std::uint8_t payload_type) {
    PacketSpec spec;
    spec.sequence = static_cast<std::uint16_t>(++number_);
    spec.timestamp = static_cast<std::uint32_t>(number_ * encoder_->samples_per_frame());
    spec.payload_type = payload_type;
    spec.ssrc = ssrc_;
    spec.payload = {5, 10, 0, 160};
    send(spec);
  }

 private:
  void send(const PacketSpec& spec) {
    Shard& shard = source_.shard();
    if (!loses()) source_.receive(rtp::test::make_media(shard.packets(), spec, shard.now()), shard.now());
    source_.end_run(shard.outbox());
  }

  RtpSource& source_;
  std::uint8_t payload_type_;
  double hertz_;
  std::uint32_t ssrc_;
  std::unique_ptr<codec::AudioEncoder> encoder_;
  int number_ = 0;
};

// What a viewer has got, put together.
inline std::vector<codec::AssembledFrame> frames_of(const Subscriber& viewer, CodecId codec) {
  std::vector<codec::AssembledFrame> frames;
  auto depacketizer = codec::Depacketizer::create({.codec = codec});
  std::vector<base::Bytes> payloads;
  for (const Heard& heard : viewer.rtp) {
    payloads.push_back(heard.payload);
    if (!heard.header.marker) continue;
    const auto frame = depacketizer->assemble(payloads);
    payloads.clear();
    if (frame.ok()) {
      frames.push_back(*frame);
    } else {
      ADD_FAILURE() << "a frame that cannot be put together";
    }
  }
  return frames;
}
inline std::ptrdiff_t key_frames_of(const Subscriber& viewer, CodecId codec) {
  return std::ranges::count(frames_of(viewer, codec), true, &codec::AssembledFrame::key_frame);
}

// What it gets to see of that.
inline std::vector<codec::PictureRef> look(const Subscriber& viewer, CodecId codec) {
  auto decoder =
      std::move(codec::VideoDecoder::create(codec, std::make_shared<codec::PicturePool>())).value();
  std::vector<codec::VideoDecoder::Decoded> decoded;
  for (const auto& frame : frames_of(viewer, codec))
    EXPECT_TRUE(decoder->decode(*frame.bytes, 0, decoded).ok());
  std::vector<codec::PictureRef> pictures;
  for (const auto& one : decoded) pictures.push_back(one.picture);
  return pictures;
}

// The last picture is one of the last few that the camera has sent.
inline void expect_to_see(const std::vector<codec::PictureRef>& seen, const Camera& camera,
                          double least_psnr = 28) {
  ASSERT_FALSE(seen.empty());
  double best = 0;
  for (int back = 1; back < 6; ++back) {
    best = std::max(best, codec::psnr(*seen.back(), camera.picture(camera.sent() - back)));
  }
  EXPECT_GE(best, least_psnr);
}

// What one hears of what it has got, but for the first `skipped`.
inline std::vector<std::int16_t> listen(const Subscriber& ear, CodecId codec, codec::AudioFormat format,
                                        base::Duration skipped = 400ms) {
  auto decoder = std::move(codec::AudioDecoder::create(codec, format)).value();
  std::vector<std::int16_t> samples;
  for (const Heard& heard : ear.rtp) EXPECT_TRUE(decoder->decode(heard.payload, samples).ok());
  const auto skip =
      static_cast<std::size_t>(skipped.count() * format.sample_rate / 1'000'000'000 * format.channels);
  samples.erase(samples.begin(),
                samples.begin() + static_cast<std::ptrdiff_t>(std::min(skip, samples.size())));
  return samples;
}

// Gives shards a way to compute, and runs what is done there.
class ComputeLoop {
 public:
  void serve(Shard& shard) {
    shard.give_compute({.executor = executor_,
                        .io = executor_,
                        .post_back =
                            [this, &shard](std::function<void(Shard&)> task) {
                              if (full) return false;
                              posted_.emplace_back(&shard, std::move(task));
                              return true;
                            },
                        .clock = [&shard] { return shard.now(); }});
  }
  void settle() {
    while (executor_->run_all() > 0 || !posted_.empty()) {
      for (const auto& [shard, task] : std::exchange(posted_, {})) task(*shard);
    }
  }
  kaskado::test::ManualExecutor& executor() { return *executor_; }

  bool full = false;  // the way back

 private:
  std::shared_ptr<kaskado::test::ManualExecutor> executor_ =
      std::make_shared<kaskado::test::ManualExecutor>();
  std::vector<std::pair<Shard*, std::function<void(Shard&)>>> posted_;
};

class CodedMediaTest : public ElementTest {
 protected:
  CodedMediaTest() { compute.serve(shard); }
  ~CodedMediaTest() override {
    shard.objects().release_all();
    compute.settle();
    EXPECT_EQ(shard.packets().in_use(), 0u);
    EXPECT_EQ(compute.executor().waiting(), 0u);
  }

  TestElement& element(const std::string& id) {
    return *dynamic_cast<TestElement*>(shard.objects().find(id));
  }
  bool is_told(const std::string& event, const std::string& of) {
    const auto told = take_events(of);
    return std::ranges::find(told, event) != told.end();
  }

  // Lets time pass in steps of 5 ms; cameras and microphones send when it is their turn.
  void run(base::Duration span) {
    for (const base::Duration end = time_ + span; time_ < end;) {
      time_ += kStep;
      at(time_);
      for (auto& [camera, next] : cameras_) send_when_due(*camera, next, Camera::kInterval);
      for (auto& [microphone, next] : microphones_) send_when_due(*microphone, next, Microphone::kInterval);
      compute.settle();
      shard.advance(now());
      compute.settle();
      deliver();
    }
  }
  // Where the test has moved the clock itself.
  void go_to(base::Duration since_start) {
    time_ = since_start;
    at(time_);
  }
  void deliver() {
    for (Subscriber* viewer : viewers) viewer->take(shard.outbox());
    shard.outbox().clear();
  }
  void start(Camera& camera) { cameras_.emplace_back(&camera, time_ + kStep); }
  void start(Microphone& microphone) { microphones_.emplace_back(&microphone, time_ + kStep); }
  void stop(Camera& camera) {
    std::erase_if(cameras_, [&](const auto& one) { return one.first == &camera; });
  }
  void stop(Microphone& microphone) {
    std::erase_if(microphones_, [&](const auto& one) { return one.first == &microphone; });
  }

  ComputeLoop compute;
  std::vector<Subscriber*> viewers;

 private:
  static constexpr base::Duration kStep = 5ms;

  template <typename Sender>
  void send_when_due(Sender& sender, base::Duration& next, base::Duration interval) {
    for (; next <= time_; next += interval) sender.send();
  }

  base::Duration time_{};
  std::vector<std::pair<Camera*, base::Duration>> cameras_;
  std::vector<std::pair<Microphone*, base::Duration>> microphones_;
};

}  // namespace kaskado::pipeline::test
