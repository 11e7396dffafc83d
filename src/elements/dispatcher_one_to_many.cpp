#include "elements/dispatcher_one_to_many.hpp"

namespace kaskado::elements {

pipeline::ApiResult<void> DispatcherOneToMany::set_source(HubPort* source) {
  if (auto own = check_own(*source); !own) return own;
  source_ = source;
  for (HubPort* port : ports()) route(*port, source_);
  return {};
}

pipeline::ApiResult<void> DispatcherOneToMany::remove_source() {
  source_ = nullptr;
  for (HubPort* port : ports()) route(*port, nullptr);
  return {};
}

void DispatcherOneToMany::on_added(HubPort& port) {
  if (source_) route(port, source_);
}

void DispatcherOneToMany::on_removed(HubPort& port) {
  if (&port == source_) source_ = nullptr;
  RoutingHub::on_removed(port);
}

pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_dispatcher_one_to_many(
    const pipeline::Construction& construction, DispatcherOneToManyParams params) {
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<DispatcherOneToMany>(construction, params.media_pipeline));
}

}  // namespace kaskado::elements
