// The classes of the module `kaskado`.
#include "elements/active_speaker_detector.hpp"
#include "elements/layer_preference.hpp"
#include "elements/web_rtc_endpoint.hpp"
#include "fixture.hpp"

namespace kaskado::elements::test {
namespace {

constexpr std::uint8_t kLevelId = 1;

class ActiveSpeakers : public pipeline::test::ElementTest {
 protected:
  struct Person {
    pipeline::test::TestElement* element;
    pipeline::RtpSource* source;
    std::uint16_t sequence = 1;
  };

  ActiveSpeakers() {
    levels.set(rtp::ExtensionKind::audio_level, kLevelId);
    EXPECT_TRUE(shard.objects().create(kActiveSpeakerDetectorClass, "detector", {Value("pipe")}).ok());
    detector = dynamic_cast<ActiveSpeakerDetector*>(shard.objects().find("detector"));
  }
  Person add_person(const std::string& id) {
    pipeline::test::TestElement& element = add(id);
    pipeline::RtpSource& source = element.add_source(MediaType::audio);
    source.configure(pipeline::test::source_config({pipeline::test::format(111, "opus", 48'000)}));
    EXPECT_TRUE(detector->add_speaker(&element).ok());
    return {&element, &source};
  }
  // For a second each speaks so loud, in -dBov.
  void speak(std::map<Person*, std::uint8_t> people) {
    for (int i = 0; i < 50; ++i) {
      time += 20ms;
      at(time);
      for (auto& [person, level] : people) {
        const pipeline::test::Octets extension{0xbe, 0xde, 0, 1, kLevelId << 4, static_cast<std::uint8_t>(0x80 | level), 0, 0};
        pipeline::test::PacketSpec spec = pipeline::test::vp8(person->sequence++);
        spec.payload_type = 111;
        spec.extension = extension;
        EXPECT_EQ(person->source->receive(rtp::test::make_media(shard.packets(), spec, now(), levels), now()), base::DropReason::none);
        person->source->end_run(shard.outbox());
      }
      shard.advance(now());
    }
  }
  // Whom the detector has told of.
  std::vector<const pipeline::Value*> speakers_told(const std::vector<pipeline::Event>& all) {
    std::vector<const pipeline::Value*> speakers;
    for (const pipeline::Event& event : all) {
      if (event.info->name == "ActiveSpeaker") speakers.push_back(event.data.find("speaker"));
    }
    return speakers;
  }

  rtp::ExtensionMap levels;
  ActiveSpeakerDetector* detector = nullptr;
  base::Duration time{};
};

TEST_F(ActiveSpeakers, AreToldOfWhenTheyChange) {
  Person ann = add_person("ann"), bob = add_person("bob");
  speak({{&ann, 20}, {&bob, 90}});
  auto all = std::exchange(events, {});
  ASSERT_EQ(speakers_told(all).size(), 1u);
  EXPECT_EQ(*speakers_told(all)[0]->string(), "ann");
  speak({{&ann, 127}, {&bob, 127}});
  EXPECT_TRUE(speakers_told(events).empty());
  speak({{&ann, 127}, {&bob, 25}});
  all = std::exchange(events, {});
  ASSERT_EQ(speakers_told(all).size(), 1u);
  EXPECT_EQ(*speakers_told(all)[0]->string(), "bob");
}

TEST_F(ActiveSpeakers, AreNotThoseWhoWereRemovedOrReleased) {
  Person ann = add_person("ann"), bob = add_person("bob");
  EXPECT_TRUE(detector->remove_speaker(bob.element).ok());
  speak({{&ann, 90}, {&bob, 10}});
  EXPECT_TRUE(speakers_told(events).empty());
  shard.objects().release("bob");
  speak({{&ann, 10}});
  EXPECT_EQ(speakers_told(events).size(), 1u);
  shard.objects().release("ann");
  time += 1s;
  at(time);
  shard.advance(now());
}

class LayerPreferences : public EndpointTest {};

TEST_F(LayerPreferences, AreOfEndpointsOnly) {
  make("viewer");
  EXPECT_TRUE(shard.objects().create(kLayerPreferenceClass, "one", {Value("viewer")}).ok());
  EXPECT_TRUE(shard.objects().create(kPassThroughClass, "pass", {Value("pipe")}).ok());
  const auto refused = shard.objects().create(kLayerPreferenceClass, "other", {Value("pass")});
  expect_error(refused, ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "'viewer' has to be a WebRtcEndpoint or an RtpEndpoint");
}

TEST_F(LayerPreferences, GoWithTheViewer) {
  WebRtcEndpoint& viewer = make("viewer");
  answer_of(viewer, chrome());
  EXPECT_TRUE(shard.objects().create(kLayerPreferenceClass, "one", {Value("viewer")}).ok());
  auto& preference = dynamic_cast<LayerPreference&>(*shard.objects().find("one"));
  EXPECT_TRUE(preference.set_preferred_layers(0, -1, 5000).ok());
  EXPECT_EQ(shard.objects().release("viewer").size(), 2u) << "it belongs to the viewer";
}

}  // namespace
}  // namespace kaskado::elements::test
