#include "elements/dispatcher.hpp"

namespace kaskado::elements {

pipeline::ApiResult<void> Dispatcher::connect(HubPort* source, HubPort* sink) {
  for (const HubPort* port : {source, sink}) {
    if (auto own = check_own(*port); !own) return own;
  }
  route(*sink, source);
  return {};
}

pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_dispatcher(const pipeline::Construction& construction,
                                                                              DispatcherParams params) {
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<Dispatcher>(construction, params.media_pipeline));
}

}  // namespace kaskado::elements
