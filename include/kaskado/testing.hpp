// For tests of filters without a server: a context that remembers what it was told, and pictures in memory.
//
//   TestContext context;
//   Dim filter(context, {.top = 0}, 16);
//   TestVideoFrame frame(64, 48);
//   filter.process(frame);
//   EXPECT_EQ(frame.i420().y.data[0], 84);
//   EXPECT_EQ(context.events.at(0).first, "Dimmed");
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <kaskado/filter.hpp>

namespace kaskado::sdk {

// A grey picture, unless somebody paints on it. Colours are converted in the plainest way, a pixel at a time.
class TestVideoFrame final : public VideoFrame {
 public:
  TestVideoFrame(int width, int height, Time time = {}) : time_(time) { allocate(width, height); }

  int width() const override { return width_; }
  int height() const override { return height_; }
  Time time() const override { return time_; }
  ConstI420 i420() override {
    const I420 view = edit_view();
    return {width_,
            height_,
            {view.y.data, view.y.stride},
            {view.u.data, view.u.stride},
            {view.v.data, view.v.stride}};
  }
  ConstPacked packed(PixelFormat format) override {
    const Packed view = packed_view(format);
    return {width_, height_, format, {view.pixels.data, view.pixels.stride}};
  }
  I420 edit_i420() override {
    const I420 view = edit_view();
    edited_ = 0;
    packed_.clear();
    return view;
  }
  Packed edit_packed(PixelFormat format) override {
    const Packed view = packed_view(format);
    edited_ = static_cast<int>(format);
    return view;
  }
  I420 replace(int width, int height) override {
    if (width < 1 || height < 1) throw std::invalid_argument("no picture is that small");
    allocate(width, height);
    return edit_i420();
  }
  const std::string* metadata(std::string_view key) const override {
    const auto found = metadata_.find(key);
    return found == metadata_.end() ? nullptr : &found->second;
  }
  void set_metadata(std::string key, std::string value) override {
    metadata_[std::move(key)] = std::move(value);
  }
  void drop() override { dropped_ = true; }

  bool is_dropped() const { return dropped_; }

 private:
  static std::uint8_t clamped(double value) {
    return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
  }

  void allocate(int width, int height) {
    width_ = width;
    height_ = height;
    planes_.assign(3, {});
    planes_[0].assign(static_cast<std::size_t>(width * height), 126);
    const int chroma = (width + 1) / 2 * ((height + 1) / 2);
    planes_[1].assign(static_cast<std::size_t>(chroma), 128);
    planes_[2].assign(static_cast<std::size_t>(chroma), 128);
    packed_.clear();
    edited_ = 0;
  }
  I420 planes() {
    const int half = (width_ + 1) / 2;
    return {
        width_, height_, {planes_[0].data(), width_}, {planes_[1].data(), half}, {planes_[2].data(), half}};
  }
  // The planes, with what was painted on another form in them.
  I420 edit_view() {
    const I420 view = planes();
    if (edited_ == 0) return view;
    const std::vector<std::uint8_t>& pixels = packed_[edited_];
    for (int row = 0; row < height_; ++row) {
      for (int column = 0; column < width_; ++column) {
        const std::uint8_t* const p = pixels.data() + (row * width_ + column) * edited_;
        const double b = p[0], g = p[1], r = p[2];
        view.y.data[row * view.y.stride + column] = clamped(16 + 0.257 * r + 0.504 * g + 0.098 * b);
        view.u.data[row / 2 * view.u.stride + column / 2] = clamped(128 - 0.148 * r - 0.291 * g + 0.439 * b);
        view.v.data[row / 2 * view.v.stride + column / 2] = clamped(128 + 0.439 * r - 0.368 * g - 0.071 * b);
      }
    }
    std::erase_if(packed_, [this](const auto& form) { return form.first != edited_; });
    edited_ = 0;
    return view;
  }
  Packed packed_view(PixelFormat format) {
    const int bytes = static_cast<int>(format);
    if (!packed_.contains(bytes)) {
      const I420 view = edit_view();
      std::vector<std::uint8_t>& pixels = packed_[bytes];
      pixels.assign(static_cast<std::size_t>(width_ * height_ * bytes), 255);
      for (int row = 0; row < height_; ++row) {
        for (int column = 0; column < width_; ++column) {
          const double y = 1.164 * (view.y.data[row * view.y.stride + column] - 16);
          const double u = view.u.data[row / 2 * view.u.stride + column / 2] - 128;
          const double v = view.v.data[row / 2 * view.v.stride + column / 2] - 128;
          std::uint8_t* const p = pixels.data() + (row * width_ + column) * bytes;
          p[0] = clamped(y + 2.017 * u);
          p[1] = clamped(y - 0.813 * v - 0.392 * u);
          p[2] = clamped(y + 1.596 * v);
        }
      }
    }
    return {width_, height_, format, {packed_[bytes].data(), width_ * bytes}};
  }

  int width_ = 0;
  int height_ = 0;
  Time time_;
  std::vector<std::vector<std::uint8_t>> planes_;
  std::map<int, std::vector<std::uint8_t>> packed_;  // by the bytes of a pixel; those that are up to date
  int edited_ = 0;                                   // which of them was painted on since, 0 for none
  std::map<std::string, std::string, std::less<>> metadata_;
  bool dropped_ = false;
};

class TestAudioFrame final : public AudioFrame {
 public:
  TestAudioFrame(int channels, std::vector<std::int16_t> samples, Time time = {})
      : channels_(channels), samples_(std::move(samples)), time_(time) {}

  int channels() const override { return channels_; }
  Time time() const override { return time_; }
  std::span<const std::int16_t> samples() const override { return samples_; }
  std::span<std::int16_t> edit_samples() override { return samples_; }
  void drop() override { dropped_ = true; }

  bool is_dropped() const { return dropped_; }

 private:
  int channels_;
  std::vector<std::int16_t> samples_;
  Time time_;
  bool dropped_ = false;
};

// Remembers; jobs run when the test says so, and fetches are answered from `files`.
class TestContext final : public FilterContext {
 public:
  const std::string& id() const override { return id_; }
  Time now() const override { return time; }
  void raise_event(std::string_view name, Map members) override {
    events.emplace_back(name, std::move(members));
  }
  void raise_error(std::string_view description) override { errors.emplace_back(description); }
  void send_data(Data data) override { sent.push_back(std::move(data)); }
  void log(LogLevel, std::string_view text) override { lines.emplace_back(text); }
  void fetch(std::string uri, std::function<void(Fetched)> done) override {
    const auto found = files.find(uri);
    Fetched fetched;
    if (found == files.end()) {
      fetched.error = "'" + uri + "' cannot be read";
    } else {
      fetched.bytes = found->second;
    }
    jobs.push_back([done = std::move(done), fetched = std::move(fetched)] { done(fetched); });
  }
  void post(std::function<void()> job) override { jobs.push_back(std::move(job)); }
  std::unique_ptr<VideoFrame> make_video(int width, int height, Time at) override {
    return std::make_unique<TestVideoFrame>(width, height, at);
  }
  std::unique_ptr<AudioFrame> make_audio(int channels, int samples_per_channel, Time at) override {
    const auto samples = static_cast<std::size_t>(channels * samples_per_channel);
    return std::make_unique<TestAudioFrame>(channels, std::vector<std::int16_t>(samples), at);
  }
  void emit(std::unique_ptr<VideoFrame> frame) override { pictures.push_back(std::move(frame)); }
  void emit(std::unique_ptr<AudioFrame> frame) override { sounds.push_back(std::move(frame)); }

  void run_jobs() {
    while (!jobs.empty()) {
      const auto job = std::move(jobs.front());
      jobs.pop_front();
      job();
    }
  }

  Time time{};
  std::map<std::string, std::vector<std::uint8_t>> files;
  std::vector<std::pair<std::string, Map>> events;
  std::vector<std::string> errors;
  std::vector<std::string> lines;
  std::vector<Data> sent;
  std::deque<std::function<void()>> jobs;
  std::vector<std::unique_ptr<VideoFrame>> pictures;
  std::vector<std::unique_ptr<AudioFrame>> sounds;

 private:
  const std::string id_ = "test";
};

}  // namespace kaskado::sdk
