// The media element that hosts a filter of a module. The filter itself works elsewhere: see
// media/filter_stage.hpp.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <kaskado/module.hpp>

#include "elements/filter_context.hpp"
#include "elements/module_library.hpp"
#include "media/filter_stage.hpp"
#include "pipeline/frame_feed.hpp"
#include "pipeline/frame_input.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

// A filter that has been made and awaits its element. Whoever lets go of it last closes its stage: the filter
// ends in the compute pool, wherever that is.
struct HostedFilter {
  ~HostedFilter();

  const sdk::FilterClass& filter_class;
  const std::shared_ptr<media::FilterStage> stage;
  const std::shared_ptr<FilterContext> context;
};

class ModuleFilter final : public pipeline::MediaElement {
 public:
  ModuleFilter(const pipeline::Construction& construction, pipeline::MediaObject* parent,
               std::shared_ptr<HostedFilter> hosted);
  ~ModuleFilter() override;

  // What the filter does not want goes round it. Messages of data channels all go through it.
  bool passes(pipeline::MediaType type) const override {
    return type != pipeline::MediaType::data && !works_on(type);
  }
  pipeline::RtpFeed* source(pipeline::MediaType type) override;
  pipeline::MediaInput* sink(pipeline::MediaType type) override;
  void on_release() override;

  // Runs on the filter's strand; the answer comes back to this thread.
  void call(const pipeline::OperationInfo& operation, const pipeline::Arguments& arguments,
            pipeline::Answer answer);

 private:
  // One kind of media on its way through the filter.
  struct Way {
    pipeline::FrameInput in;
    pipeline::FrameFeed out;
  };

  media::FilterStage& stage() const { return *hosted_->stage; }
  bool works_on(pipeline::MediaType type) const;
  void on_flowing_in(pipeline::MediaType type, bool flowing) override;
  void on_data(const pipeline::DataRef& message) override;
  void told(const Told& told);
  void raise_by_name(const RaisedEvent& raised);

  const std::shared_ptr<HostedFilter> hosted_;
  std::unique_ptr<Way> video_;
  std::unique_ptr<Way> audio_;
};

// The functions of the classes of modules, whose origin is a ModuleLibrary.
pipeline::ApiResult<pipeline::Prepared> prepare_module_filter(const pipeline::ClassInfo& info,
                                                              const std::string& id,
                                                              const pipeline::Arguments& arguments);
pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_module_filter(
    const pipeline::Construction& construction, const pipeline::Arguments& arguments);
void start_module_operation(pipeline::MediaObject& object, const pipeline::OperationInfo& operation,
                            const pipeline::Arguments& arguments, pipeline::Answer answer);

}  // namespace kaskado::elements
