#include "elements/filter_context.hpp"

#include <stdexcept>
#include <utility>

#include "elements/log.hpp"

namespace kaskado::elements {

FilterContext::FilterContext(std::string id, const FilterServices& services)
    : id_(std::move(id)), services_(services) {}

void FilterContext::tell_to(Outlet outlet) {
  const std::lock_guard lock(mutex_);
  outlet_ = std::move(outlet);
  closed_ = !outlet_;
  for (Told& told : std::exchange(before_, {})) {
    if (outlet_) outlet_(std::move(told), [count = on_the_way_] { --*count; });
  }
}

void FilterContext::tell(Told told) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (*on_the_way_ >= kMostTold) {
    if (lost_++ == 0) LOG_WARNING(elements::log, "%s: it tells more than can be passed on", id_.c_str());
    return;
  }
  ++*on_the_way_;
  if (!outlet_) return before_.push_back(std::move(told));
  outlet_(std::move(told), [count = on_the_way_] { --*count; });
}

void FilterContext::raise_event(std::string_view name, sdk::Map members) {
  tell(RaisedEvent{std::string(name), std::move(members)});
}

void FilterContext::raise_error(std::string_view description) {
  tell(RaisedError{std::string(description)});
}

void FilterContext::send_data(sdk::Data data) {
  tell(std::move(data));
}

void FilterContext::log(sdk::LogLevel level, std::string_view text) {
  const std::string line = id_ + ": " + std::string(text);
  switch (level) {
    case sdk::LogLevel::error:
      LOG_ERROR(elements::log, "%s", line.c_str());
      break;
    case sdk::LogLevel::warning:
      LOG_WARNING(elements::log, "%s", line.c_str());
      break;
    case sdk::LogLevel::info:
      LOG_INFO(elements::log, "%s", line.c_str());
      break;
    case sdk::LogLevel::debug:
      LOG_DEBUG(elements::log, "%s", line.c_str());
      break;
  }
}

void FilterContext::fetch(std::string uri, std::function<void(sdk::Fetched)> done) {
  services_.fetch(std::move(uri), [stage = stage_, done = std::move(done)](sdk::Fetched fetched) {
    const auto there = stage.lock();
    if (!there) return;
    auto shared = std::make_shared<sdk::Fetched>(std::move(fetched));
    there->post([done, shared](sdk::Filter&) { done(std::move(*shared)); });
  });
}

void FilterContext::post(std::function<void()> job) {
  if (const auto there = stage()) there->post([job = std::move(job)](sdk::Filter&) { job(); });
}

std::unique_ptr<sdk::VideoFrame> FilterContext::make_video(int width, int height, sdk::Time time) {
  const auto there = stage();
  if (!there) throw std::runtime_error("the filter has gone");
  return there->make_video(width, height, time);
}

std::unique_ptr<sdk::AudioFrame> FilterContext::make_audio(int channels, int samples_per_channel,
                                                           sdk::Time time) {
  const auto there = stage();
  if (!there) throw std::runtime_error("the filter has gone");
  return there->make_audio(channels, samples_per_channel, time);
}

void FilterContext::emit(std::unique_ptr<sdk::VideoFrame> frame) {
  if (const auto there = stage()) there->emit(std::move(frame));
}

void FilterContext::emit(std::unique_ptr<sdk::AudioFrame> frame) {
  if (const auto there = stage()) there->emit(std::move(frame));
}

}  // namespace kaskado::elements
