// Sound that comes in one codec and goes out in another: real coders, on virtual time.
#include "coded_media.hpp"

namespace kaskado::pipeline::test {
namespace {

class SoundTranscoding : public CodedMediaTest {
 protected:
  RtpSink& add_ear(const std::string& id, Subscriber& subscriber, const std::vector<MediaFormat>& wanted) {
    RtpSink& sink = add(id).add_sink(MediaType::audio, subscriber.line);
    sink.configure({wanted, {}, {}});
    connect(element("source"), element(id), MediaType::audio);
    viewers.push_back(&subscriber);
    return sink;
  }
  bool transcodes() { return element("source").is_media_transcoding(MediaType::audio, "default").value(); }
  static void expect_tone(std::vector<std::int16_t> heard, double hertz, codec::AudioFormat format,
                          double least_seconds, double least_db = 15) {
    EXPECT_GE(static_cast<double>(heard.size()) / format.sample_rate / format.channels, least_seconds);
    EXPECT_GE(codec::tone_to_noise(heard, hertz, format.sample_rate, format.channels), least_db);
  }

  RtpSource* source = &add("source").add_source(MediaType::audio);
};

TEST_F(SoundTranscoding, OpusIsHeardAsPcmu) {
  source->configure(source_config({opus(), telephone_event()}));
  Subscriber ear(1), plain(2);
  add_ear("ear", ear, {pcmu(), telephone_event(101)});
  add_ear("plain", plain, {opus(96)});
  Microphone microphone(*source, CodecId::opus, 111, 440);
  start(microphone);
  run(2s);
  EXPECT_TRUE(transcodes());
  ASSERT_FALSE(ear.rtp.empty());
  EXPECT_EQ(ear.rtp.back().header.payload_type.value, 0);
  EXPECT_EQ(ear.rtp.back().payload.size(), 160u);
  expect_tone(listen(ear, CodecId::pcmu, {8000, 1}), 440, {8000, 1}, 1.3);
  EXPECT_EQ(plain.rtp.size(), 100u);
  for (std::size_t i = 1; i < ear.rtp.size(); ++i) {
    EXPECT_EQ(ear.rtp[i].header.timestamp.value - ear.rtp[i - 1].header.timestamp.value, 160u);
  }
}

TEST_F(SoundTranscoding, PcmuIsHeardAsOpus) {
  source->configure(source_config({pcmu()}));
  Subscriber ear(1);
  add_ear("ear", ear, {opus(96)});
  Microphone microphone(*source, CodecId::pcmu, 0, 440);
  start(microphone);
  run(2s);
  ASSERT_FALSE(ear.rtp.empty());
  EXPECT_EQ(ear.rtp.back().header.payload_type.value, 96);
  expect_tone(listen(ear, CodecId::opus, {48'000, 2}), 440, {48'000, 2}, 1.3);
  for (std::size_t i = 1; i < ear.rtp.size(); ++i) {
    EXPECT_EQ(ear.rtp[i].header.timestamp.value - ear.rtp[i - 1].header.timestamp.value, 960u);
  }
}

// Digits say nothing of the codec: neither before there is sound nor among it.
TEST_F(SoundTranscoding, DigitsDoNotTurnTheCodec) {
  source->configure(source_config({opus(), telephone_event()}));
  Subscriber ear(1), digits(2);
  add_ear("ear", ear, {pcmu(), telephone_event(101)});
  add_ear("digits", digits, {telephone_event(101)});
  Microphone microphone(*source, CodecId::opus, 111, 440);
  microphone.send_digit(126);
  run(40ms);
  EXPECT_FALSE(transcodes());
  start(microphone);
  run(500ms);
  EXPECT_TRUE(transcodes());
  take_events();
  const std::size_t before = ear.rtp.size();
  microphone.send_digit(126);
  run(500ms);
  EXPECT_TRUE(transcodes());
  EXPECT_TRUE(take_events("source").empty());
  EXPECT_GE(ear.rtp.size(), before + 24);
  EXPECT_EQ(digits.rtp.size(), 2u);
}

TEST_F(SoundTranscoding, WhoTakesDigitsAloneIsNoReasonToEncode) {
  source->configure(source_config({opus()}));
  Subscriber digits(1);
  add_ear("digits", digits, {telephone_event(101)});
  Microphone microphone(*source, CodecId::opus, 111, 440);
  start(microphone);
  run(200ms);
  EXPECT_TRUE(digits.rtp.empty());
  EXPECT_FALSE(transcodes());
}

TEST_F(SoundTranscoding, EncodesOnceForAllAndEndsWithTheLast) {
  source->configure(source_config({opus()}));
  Subscriber first(1), second(2);
  add_ear("first", first, {pcmu()});
  add_ear("second", second, {pcmu()});
  Microphone microphone(*source, CodecId::opus, 111, 440);
  start(microphone);
  run(500ms);
  ASSERT_FALSE(first.rtp.empty());
  ASSERT_EQ(first.rtp.size(), second.rtp.size());
  for (std::size_t i = 0; i < first.rtp.size(); ++i) EXPECT_EQ(first.rtp[i].payload, second.rtp[i].payload);
  disconnect(element("source"), element("first"), MediaType::audio);
  EXPECT_TRUE(transcodes());
  disconnect(element("source"), element("second"), MediaType::audio);
  EXPECT_FALSE(transcodes());
}

TEST_F(SoundTranscoding, TheSourceMayTurnItsCodecThereAndBack) {
  source->configure(source_config({opus(), pcmu()}));
  Subscriber ear(1);
  add_ear("ear", ear, {pcmu()});
  Microphone wide(*source, CodecId::opus, 111, 440), narrow(*source, CodecId::pcmu, 0, 440, kSsrc + 1);
  start(wide);
  run(1s);
  EXPECT_TRUE(transcodes());
  stop(wide);
  start(narrow);
  run(1s);
  EXPECT_FALSE(transcodes());
  stop(narrow);
  run(600ms);
  start(wide);
  run(1s);
  EXPECT_TRUE(transcodes());
  EXPECT_GE(ear.rtp.size(), 135u);
  for (std::size_t i = 1; i < ear.rtp.size(); ++i) {
    EXPECT_EQ(ear.rtp[i].header.sequence.value,
              static_cast<std::uint16_t>(ear.rtp[i - 1].header.sequence.value + 1));
  }
}

}  // namespace
}  // namespace kaskado::pipeline::test
