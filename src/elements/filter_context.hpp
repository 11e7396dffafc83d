// What the server does for one filter of a module: include/kaskado/filter.hpp says what.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <kaskado/filter.hpp>

#include "elements/module_library.hpp"
#include "media/filter_stage.hpp"

namespace kaskado::elements {

// Something that a filter tells, on its way to the shard of its element.
struct RaisedEvent {
  std::string name;
  sdk::Map members;
};
struct RaisedError {
  std::string description;
};
using Told = std::variant<RaisedEvent, RaisedError, sdk::Data>;

class FilterContext final : public sdk::FilterContext {
 public:
  // On their way at the most; what a filter tells beyond that is lost, and counted.
  static constexpr std::size_t kMostTold = 512;
  // Called on any thread, one at a time; `arrived` is to be called where it has come to.
  using Outlet = std::function<void(Told told, std::function<void()> arrived)>;

  FilterContext(std::string id, const FilterServices& services);

  // Before the filter is made.
  void serve(const std::shared_ptr<media::FilterStage>& stage) { stage_ = stage; }
  // What has been told until then comes first. An empty one: nothing is told any more.
  void tell_to(Outlet outlet);
  std::size_t lost() const { return lost_; }

  const std::string& id() const override { return id_; }
  sdk::Time now() const override { return services_.now().time_since_epoch(); }
  void raise_event(std::string_view name, sdk::Map members) override;
  void raise_error(std::string_view description) override;
  void send_data(sdk::Data data) override;
  void log(sdk::LogLevel level, std::string_view text) override;
  void fetch(std::string uri, std::function<void(sdk::Fetched)> done) override;
  void post(std::function<void()> job) override;
  std::unique_ptr<sdk::VideoFrame> make_video(int width, int height, sdk::Time time) override;
  std::unique_ptr<sdk::AudioFrame> make_audio(int channels, int samples_per_channel, sdk::Time time) override;
  void emit(std::unique_ptr<sdk::VideoFrame> frame) override;
  void emit(std::unique_ptr<sdk::AudioFrame> frame) override;

 private:
  void tell(Told told);
  // nullptr in the filter's destructor, when its stage goes.
  std::shared_ptr<media::FilterStage> stage() const { return stage_.lock(); }

  const std::string id_;
  const FilterServices services_;
  std::weak_ptr<media::FilterStage> stage_;
  // Tells that are on their way; shared with them.
  const std::shared_ptr<std::atomic<std::size_t>> on_the_way_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::atomic<std::size_t> lost_{0};
  std::mutex mutex_;
  Outlet outlet_;             // under mutex_
  bool closed_ = false;       // under mutex_
  std::vector<Told> before_;  // under mutex_: until there is an outlet
};

}  // namespace kaskado::elements
