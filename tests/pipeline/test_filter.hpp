// An element that makes something else of the pictures that come in: each dark one light, and the reverse.
#pragma once

#include <memory>

#include "coded_media.hpp"
#include "media/frame_publisher.hpp"
#include "pipeline/frame_feed.hpp"
#include "pipeline/frame_input.hpp"

namespace kaskado::pipeline::test {

inline void turn_to_negative(codec::Picture& picture) {
  for (int row = 0; row < picture.height(); ++row) {
    for (int column = 0; column < picture.width(); ++column) {
      std::uint8_t& luma = picture.y()[row * picture.stride_y() + column];
      luma = static_cast<std::uint8_t>(255 - luma);
    }
  }
}

inline void draw_negative(codec::Picture& picture, int number) {
  codec::draw_pattern(picture, number);
  turn_to_negative(picture);
}

// Works on the strand of whoever brings the pictures.
class Negative final : public media::VideoSink {
 public:
  void take(const media::VideoFrame& frame) override {
    media::VideoFrame made = frame;
    auto picture = std::make_shared<codec::Picture>(frame.picture->width(), frame.picture->height());
    std::copy_n(frame.picture->y(), picture->stride_y() * picture->height(), picture->y());
    std::copy_n(frame.picture->u(), picture->stride_uv() * picture->chroma_height(), picture->u());
    std::copy_n(frame.picture->v(), picture->stride_uv() * picture->chroma_height(), picture->v());
    turn_to_negative(*picture);
    made.picture = std::move(picture);
    out->publish(made);
    ++taken;
  }

  const std::shared_ptr<media::FramePublisher<media::VideoFrame>> out =
      std::make_shared<media::FramePublisher<media::VideoFrame>>();
  int taken = 0;
};

class TestFilter final : public MediaElement {
 public:
  TestFilter(const Construction& construction, MediaObject* parent) : MediaElement(construction, parent) {}

  RtpFeed* source(MediaType type) override { return type == MediaType::video ? &out_ : nullptr; }
  MediaInput* sink(MediaType type) override { return type == MediaType::video ? &in_ : nullptr; }
  bool passes(MediaType type) const override { return type != MediaType::video; }
  int taken() const { return negative_->taken; }

 private:
  void on_flowing_in(MediaType type, bool flowing) override {
    if (type == MediaType::video) set_flowing_out(type, flowing);
  }

  const std::shared_ptr<Negative> negative_ = std::make_shared<Negative>();
  FrameInput in_{{negative_, nullptr}, shard().compute().clock};
  FrameFeed out_{shard(), *this, MediaType::video, {negative_->out, nullptr}};
};

inline const ClassInfo kTestFilterClass{
    .name = "TestFilter",
    .module = "test",
    .namespace_ = "test",
    .parent = &kMediaElementClass,
    .create = [](const Construction& construction,
                 const Arguments& arguments) -> ApiResult<std::unique_ptr<MediaObject>> {
      MediaObject* parent = construction.host.find(*arguments.at(0).string());
      return std::unique_ptr<MediaObject>(std::make_unique<TestFilter>(construction, parent));
    }};

inline TestFilter& add_filter(Shard& shard, const std::string& id) {
  EXPECT_TRUE(shard.objects().create(kTestFilterClass, id, {Value("pipe")}).ok());
  return dynamic_cast<TestFilter&>(*shard.objects().find(id));
}

}  // namespace kaskado::pipeline::test
