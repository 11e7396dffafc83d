// A hub among people with cameras, microphones, screens and ears: real coders, on virtual time.
#pragma once

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "elements/api.hpp"
#include "elements/hub_port.hpp"
#include "pipeline/coded_media.hpp"

namespace kaskado::elements::test {

using codec::CodecId;
using pipeline::ErrorCode;
using pipeline::MediaType;
using pipeline::Value;
using pipeline::test::Camera;
using pipeline::test::format;
using pipeline::test::Microphone;
using pipeline::test::plain;
using pipeline::test::Subscriber;
using pipeline::test::TestElement;
using namespace std::chrono_literals;

struct Colour {
  std::uint8_t y, u, v;
};
inline constexpr Colour kRed{81, 90, 240}, kGreen{145, 54, 34}, kBlue{41, 240, 110}, kBlack{16, 128, 128};

inline Colour colour_at(const codec::Picture& picture, int x, int y) {
  return {picture.y()[y * picture.stride_y() + x], picture.u()[y / 2 * picture.stride_uv() + x / 2],
          picture.v()[y / 2 * picture.stride_uv() + x / 2]};
}
inline bool is_near(const Colour& a, const Colour& b) {
  return std::abs(a.y - b.y) < 16 && std::abs(a.u - b.u) < 16 && std::abs(a.v - b.v) < 16;
}
inline std::ostream& operator<<(std::ostream& out, const Colour& colour) {
  return out << int{colour.y} << "/" << int{colour.u} << "/" << int{colour.v};
}

// Which part of all that is heard is that tone, from 0 to 1.
inline double share_of_tone(std::span<const std::int16_t> heard, double hertz, int sample_rate,
                            int channels) {
  const auto length = static_cast<std::size_t>(sample_rate / 10);
  const auto width = static_cast<std::size_t>(channels);
  double tone = 0, all = 1e-9;
  for (std::size_t from = 0; (from + length) * width <= heard.size(); from += length) {
    double in_phase = 0, quadrature = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / sample_rate;
      const double sample = heard[(from + i) * width];
      in_phase += sample * std::cos(angle);
      quadrature += sample * std::sin(angle);
      all += sample * sample;
    }
    tone += 2 * (in_phase * in_phase + quadrature * quadrature) / static_cast<double>(length);
  }
  return tone / all;
}

struct Person {
  Person(TestElement& own, HubPort& at, int number, Colour worn, double hertz)
      : element(own),
        port(at),
        colour(worn),
        tone(hertz),
        pictures(own.add_source(MediaType::video)),
        sound(own.add_source(MediaType::audio)),
        screen(static_cast<std::uint16_t>(2 * number)),
        ear(static_cast<std::uint16_t>(2 * number + 1)) {}

  // What it shows and says from now on, where it is started.
  std::unique_ptr<Camera> camera;
  std::unique_ptr<Microphone> microphone;

  TestElement& element;
  HubPort& port;
  const Colour colour;
  const double tone;
  pipeline::RtpSource& pictures;
  pipeline::RtpSource& sound;
  Subscriber screen, ear;
};

class HubTest : public pipeline::test::CodedMediaTest {
 protected:
  ~HubTest() override { shard.objects().release_all(); }

  template <typename HubClass>
  HubClass& make_hub(const pipeline::ClassInfo& info, pipeline::Arguments arguments = {Value("pipe")}) {
    EXPECT_TRUE(shard.objects().create(info, "hub", arguments).ok());
    return dynamic_cast<HubClass&>(*shard.objects().find("hub"));
  }
  HubPort& make_port(const std::string& id, const std::string& hub = "hub") {
    EXPECT_TRUE(shard.objects().create(kHubPortClass, id, {Value(hub)}).ok());
    return dynamic_cast<HubPort&>(*shard.objects().find(id));
  }
  // person0 at port0, linked both ways, and so on. It takes pictures as VP8 and sound as Opus.
  Person& join(Colour colour, double hertz) {
    const int number = static_cast<int>(people.size());
    const std::string name = std::to_string(number);
    people.push_back(
        std::make_unique<Person>(add("person" + name), make_port("port" + name), number + 1, colour, hertz));
    Person& person = *people.back();
    person.pictures.configure(pipeline::test::source_config({format(96, "VP8")}));
    person.sound.configure(pipeline::test::source_config({pipeline::test::opus()}));
    person.element.add_sink(MediaType::video, person.screen.line).configure({{format(96, "VP8")}, {}, {}});
    person.element.add_sink(MediaType::audio, person.ear.line).configure({{pipeline::test::opus()}, {}, {}});
    connect(person.element, person.port);
    connect(person.port, person.element);
    viewers.push_back(&person.screen);
    viewers.push_back(&person.ear);
    return person;
  }
  void show(Person& person) {
    person.camera = std::make_unique<Camera>(person.pictures, CodecId::vp8, 96,
                                             10u + static_cast<std::uint32_t>(person.tone),
                                             plain(person.colour.y, person.colour.u, person.colour.v));
    start(*person.camera);
  }
  void speak(Person& person) {
    person.microphone = std::make_unique<Microphone>(person.sound, CodecId::opus, 111, person.tone,
                                                     11u + static_cast<std::uint32_t>(person.tone));
    start(*person.microphone);
  }
  void hide(Person& person) { stop(*person.camera); }
  void forget_all() {
    for (Subscriber* each : viewers) each->forget();
  }
  static codec::PictureRef last_seen(const Person& person) {
    const auto seen = pipeline::test::look(person.screen, CodecId::vp8);
    return seen.empty() ? nullptr : seen.back();
  }
  static void expect_colour(const Person& person, int x, int y, const Colour& colour) {
    const auto picture = last_seen(person);
    ASSERT_TRUE(picture);
    ASSERT_LT(x, picture->width());
    ASSERT_LT(y, picture->height());
    EXPECT_TRUE(is_near(colour_at(*picture, x, y), colour))
        << colour_at(*picture, x, y) << " and not " << colour;
  }
  // Whether that tone is among those that the person has heard, but for the first 600 ms.
  static double hears(const Person& person, double hertz) {
    const auto heard = pipeline::test::listen(person.ear, CodecId::opus, {48'000, 2}, 600ms);
    return share_of_tone(heard, hertz, 48'000, 2);
  }

  std::vector<std::unique_ptr<Person>> people;
};

template <typename T>
void expect_refused(const pipeline::ApiResult<T>& result, ErrorCode code) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, code) << result.error().message;
}

}  // namespace kaskado::elements::test
