// GStreamerFilter, as filters/late_gstreamer.cpp loads it.
#include <cstring>
#include <kaskado/module.hpp>

#include "command_pipeline.hpp"

namespace kaskado::filters {

namespace {

FilterType type_named(const std::string& name) {
  return name == "VIDEO" ? FilterType::video : name == "AUDIO" ? FilterType::audio : FilterType::autodetect;
}

void copy(const RawPicture& from, int plane, const sdk::BasicPlane<std::uint8_t>& to, int width, int height) {
  for (int row = 0; row < height; ++row)
    std::memcpy(to.data + std::ptrdiff_t{row} * to.stride,
                from.planes[plane] + std::ptrdiff_t{row} * from.strides[plane],
                static_cast<std::size_t>(width));
}

class GStreamerFilter final : public sdk::StreamFilter {
 public:
  GStreamerFilter(sdk::FilterContext& context, const std::string& command, const std::string& type)
      : StreamFilter(context), pipeline_(command, type_named(type), output()) {}

  bool takes_video() const override { return pipeline_.media() == Media::video; }
  bool takes_audio() const override { return pipeline_.media() == Media::audio; }

  // Where the command has failed, media goes on as it came.
  void push_video(std::unique_ptr<sdk::VideoFrame> frame) override {
    if (pipeline_.failed()) return context().emit(std::move(frame));
    const sdk::ConstI420 p = frame->i420();
    pipeline_.push(
        RawPicture{{p.y.data, p.u.data, p.v.data}, {p.y.stride, p.u.stride, p.v.stride}, p.width, p.height},
        frame->time());
  }
  void push_audio(std::unique_ptr<sdk::AudioFrame> frame) override {
    if (pipeline_.failed()) return context().emit(std::move(frame));
    pipeline_.push(frame->samples(), frame->channels(), frame->time());
  }

  void set_element_property(const std::string& name, const std::string& value) {
    pipeline_.set_property(name, value);
  }

 private:
  CommandPipeline::Output output() {
    return {[this](const RawPicture& picture, sdk::Time time) { give(picture, time); },
            [this](std::span<const std::int16_t> samples, int channels, sdk::Time time) {
              give(samples, channels, time);
            },
            [this](const std::string& reason) { context().raise_error("'command' has failed: " + reason); }};
  }
  void give(const RawPicture& picture, sdk::Time time) {
    auto frame = context().make_video(picture.width, picture.height, time);
    const sdk::I420 to = frame->edit_i420();
    copy(picture, 0, to.y, to.width, to.height);
    copy(picture, 1, to.u, to.chroma_width(), to.chroma_height());
    copy(picture, 2, to.v, to.chroma_width(), to.chroma_height());
    context().emit(std::move(frame));
  }
  void give(std::span<const std::int16_t> samples, int channels, sdk::Time time) {
    auto frame = context().make_audio(channels, static_cast<int>(samples.size()) / channels, time);
    std::memcpy(frame->edit_samples().data(), samples.data(), samples.size_bytes());
    context().emit(std::move(frame));
  }

  CommandPipeline pipeline_;
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<GStreamerFilter, std::string, std::string>("GStreamerFilter")
      .method("setElementProperty", &GStreamerFilter::set_element_property);
}
