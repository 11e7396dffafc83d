// Stands in for the server: loads a module's library and gives its filters frames, data and what they fetch.
#pragma once

#include <dlfcn.h>

#include <condition_variable>
#include <functional>
#include <kaskado/module.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "testing/test_picture.hpp"

namespace kaskado::filters {

using namespace std::chrono_literals;

class TestFrame final : public sdk::VideoFrame {
 public:
  TestFrame(TestPicture picture, sdk::Time time) : picture_(std::move(picture)), time_(time) {}

  TestPicture& picture() { return picture_; }
  bool was_edited() const { return edited_; }
  int width() const override { return view().width; }
  int height() const override { return view().height; }
  sdk::Time time() const override { return time_; }
  sdk::ConstI420 i420() override {
    const PictureView v = view();
    return {v.width, v.height, {v.y, v.stride_y}, {v.u, v.stride_uv}, {v.v, v.stride_uv}};
  }
  sdk::I420 edit_i420() override {
    edited_ = true;
    const PictureView v = view();
    return {v.width, v.height, {v.y, v.stride_y}, {v.u, v.stride_uv}, {v.v, v.stride_uv}};
  }
  sdk::ConstPacked packed(sdk::PixelFormat) override { throw std::logic_error("no filter here wants it"); }
  sdk::Packed edit_packed(sdk::PixelFormat) override { throw std::logic_error("no filter here wants it"); }
  sdk::I420 replace(int width, int height) override {
    picture_ = TestPicture(width, height);
    return edit_i420();
  }
  const std::string* metadata(std::string_view key) const override {
    const auto found = metadata_.find(std::string(key));
    return found == metadata_.end() ? nullptr : &found->second;
  }
  void set_metadata(std::string key, std::string value) override {
    metadata_[std::move(key)] = std::move(value);
  }
  void drop() override { throw std::logic_error("no filter here does"); }

 private:
  PictureView view() const { return const_cast<TestPicture&>(picture_).view(); }

  TestPicture picture_;
  sdk::Time time_;
  bool edited_ = false;
  std::map<std::string, std::string> metadata_;
};

class TestSound final : public sdk::AudioFrame {
 public:
  TestSound(std::vector<std::int16_t> samples, int channels, sdk::Time time)
      : samples_(std::move(samples)), channels_(channels), time_(time) {}

  int channels() const override { return channels_; }
  sdk::Time time() const override { return time_; }
  std::span<const std::int16_t> samples() const override { return samples_; }
  std::span<std::int16_t> edit_samples() override { return samples_; }
  void drop() override { throw std::logic_error("no filter here does"); }

 private:
  std::vector<std::int16_t> samples_;
  int channels_;
  sdk::Time time_;
};

// Fetches are answered when the test says so. Events and frames may come from any thread.
class TestContext final : public sdk::FilterContext {
 public:
  const std::string& id() const override { return id_; }
  sdk::Time now() const override { return {}; }
  void raise_event(std::string_view name, sdk::Map members) override {
    note([&] { events.emplace_back(name, std::move(members)); });
  }
  void raise_error(std::string_view description) override {
    note([&] { errors.emplace_back(description); });
  }
  void send_data(sdk::Data data) override { sent.push_back(std::move(data)); }
  void log(sdk::LogLevel, std::string_view) override {}
  void fetch(std::string uri, std::function<void(sdk::Fetched)> done) override {
    fetches.emplace_back(std::move(uri), std::move(done));
  }
  void post(std::function<void()> job) override { job(); }
  std::unique_ptr<sdk::VideoFrame> make_video(int width, int height, sdk::Time time) override {
    return std::make_unique<TestFrame>(TestPicture(width, height), time);
  }
  std::unique_ptr<sdk::AudioFrame> make_audio(int channels, int samples, sdk::Time time) override {
    return std::make_unique<TestSound>(
        std::vector<std::int16_t>(static_cast<std::size_t>(channels * samples)), channels, time);
  }
  void emit(std::unique_ptr<sdk::VideoFrame> frame) override {
    note([&] { pictures.push_back(std::move(frame)); });
  }
  void emit(std::unique_ptr<sdk::AudioFrame> frame) override {
    note([&] { sounds.push_back(std::move(frame)); });
  }

  // So much has come out, or the time is up.
  bool wait(std::size_t wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(
        lock, 30s, [&] { return events.size() + errors.size() + pictures.size() + sounds.size() >= wanted; });
  }

  // Answers the oldest fetch.
  void answer(sdk::Fetched fetched) {
    const auto fetch = std::move(fetches.front());
    fetches.erase(fetches.begin());
    fetch.second(std::move(fetched));
  }

  std::vector<std::pair<std::string, sdk::Map>> events;
  std::vector<std::string> errors;
  std::vector<sdk::Data> sent;
  std::vector<std::unique_ptr<sdk::VideoFrame>> pictures;
  std::vector<std::unique_ptr<sdk::AudioFrame>> sounds;
  std::vector<std::pair<std::string, std::function<void(sdk::Fetched)>>> fetches;

 private:
  template <typename Note>
  void note(Note take) {
    const std::lock_guard lock(mutex_);
    take();
    changed_.notify_all();
  }
  const std::string id_ = "filter";
  std::mutex mutex_;
  std::condition_variable changed_;
};

// One object of a class of a module.
class HostedFilter {
 public:
  // Throws what the filter's constructor throws.
  HostedFilter(const std::string& module, const std::string& name,
               const std::vector<sdk::Value>& arguments = {}) {
    const std::string path = std::string(KASKADO_MODULES) + "/" + module + "/libkaskado-" + module + ".so";
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<sdk::ModuleEntry>(dlsym(library, sdk::kModuleEntryName));
    for (const auto& each : entry(sdk::kAbi)->classes()) {
      if (each->name == name) class_ = each.get();
    }
    if (!class_) throw std::runtime_error("no class " + name);
    filter_ = class_->create(context, arguments);
  }

  sdk::Value call(const std::string& name, const std::vector<sdk::Value>& arguments = {}) {
    for (const sdk::Operation& operation : class_->operations) {
      if (operation.name == name && operation.parameters == arguments.size())
        return operation.run(*filter_, arguments);
    }
    throw std::runtime_error("no operation " + name);
  }
  TestFrame show(const TestPicture& picture, sdk::Time time = {}) {
    TestFrame frame(picture, time);
    show(frame);
    return frame;
  }
  void show(TestFrame& frame) { filter_->video_processor()->process(frame); }
  sdk::Filter& filter() { return *filter_; }

  TestContext context;

 private:
  const sdk::FilterClass* class_ = nullptr;
  std::unique_ptr<sdk::Filter> filter_;
};

}  // namespace kaskado::filters
