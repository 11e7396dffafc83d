#include "elements/module_filter.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "elements/log.hpp"
#include "elements/sdk_values.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;

namespace {

// What `work` gives, or what it threw as the client is told of it.
template <typename T, typename Work>
ApiResult<T> caught(Work work) {
  try {
    return work();
  } catch (const std::invalid_argument& failure) {
    return ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, failure.what()};
  } catch (const std::exception& failure) {
    return ApiError{ErrorCode::UNEXPECTED_ERROR, failure.what()};
  } catch (...) {
    return ApiError{ErrorCode::UNEXPECTED_ERROR, "The module threw something that is no exception"};
  }
}

sdk::List to_sdk_list(const pipeline::Arguments& arguments) {
  sdk::List list;
  list.reserve(arguments.size());
  for (const pipeline::Value& argument : arguments) list.push_back(to_sdk(argument));
  return list;
}

// Those of the constructor that the filter gets.
sdk::List filter_arguments(const pipeline::ClassInfo& info, const pipeline::Arguments& arguments) {
  sdk::List list;
  for (std::size_t i = 0; i < info.constructor.size(); ++i) {
    if (info.constructor[i].type.object != &pipeline::kMediaPipelineClass)
      list.push_back(to_sdk(arguments[i]));
  }
  return list;
}

const ModuleLibrary& library_of(const pipeline::ClassInfo& info) {
  return static_cast<const ModuleLibrary&>(*info.origin);
}

std::shared_ptr<media::FilterStage> make_stage(const FilterServices& services,
                                               const std::shared_ptr<FilterContext>& context) {
  auto stage = media::FilterStage::create(
      services.compute, {services.now, [weak = std::weak_ptr(context)](const std::string& description) {
                           if (const auto there = weak.lock()) there->raise_error(description);
                         }});
  context->serve(stage);
  return stage;
}

}  // namespace

HostedFilter::~HostedFilter() {
  context->tell_to({});
  stage->close();
}

ModuleFilter::ModuleFilter(const pipeline::Construction& construction, pipeline::MediaObject* parent,
                           std::shared_ptr<HostedFilter> hosted)
    : MediaElement(construction, parent), hosted_(std::move(hosted)) {
  const std::shared_ptr<media::FilterStage>& stage = hosted_->stage;
  if (works_on(MediaType::video)) {
    const std::shared_ptr<media::VideoSource> out{stage, &stage->video_source()};
    video_.reset(new Way{pipeline::FrameInput({stage->video_sink(), nullptr}, shard().compute().clock),
                         pipeline::FrameFeed(shard(), *this, MediaType::video, {out, nullptr})});
  }
  if (works_on(MediaType::audio)) {
    const std::shared_ptr<media::AudioSource> out{stage, &stage->audio_source()};
    audio_.reset(new Way{pipeline::FrameInput({nullptr, stage->audio_sink()}, shard().compute().clock),
                         pipeline::FrameFeed(shard(), *this, MediaType::audio, {nullptr, out})});
  }
  const auto to_element = [id = id()](pipeline::Shard& shard, const Told& told) {
    if (auto* const element = dynamic_cast<ModuleFilter*>(shard.objects().find(id))) element->told(told);
  };
  hosted_->context->tell_to([post = shard().post(), to_element](Told told, std::function<void()> arrived) {
    if (!post) return;
    post([to_element, told = std::move(told), arrived = std::move(arrived)](pipeline::Shard& on) {
      arrived();
      to_element(on, told);
    });
  });
}

bool ModuleFilter::works_on(MediaType type) const {
  if (type == MediaType::video) return stage().wants_video();
  return type == MediaType::audio && stage().wants_audio();
}

pipeline::RtpFeed* ModuleFilter::source(MediaType type) {
  if (type == MediaType::video) return video_ ? &video_->out : nullptr;
  return type == MediaType::audio && audio_ ? &audio_->out : nullptr;
}

pipeline::MediaInput* ModuleFilter::sink(MediaType type) {
  if (type == MediaType::video) return video_ ? &video_->in : nullptr;
  return type == MediaType::audio && audio_ ? &audio_->in : nullptr;
}

void ModuleFilter::on_flowing_in(MediaType type, bool flowing) {
  if (works_on(type)) set_flowing_out(type, flowing);
}

ModuleFilter::~ModuleFilter() {
  hosted_->context->tell_to({});
}

void ModuleFilter::on_release() {
  hosted_->context->tell_to({});
  hosted_->stage->close();
  MediaElement::on_release();
}

void ModuleFilter::told(const Told& told) {
  if (const auto* const raised = std::get_if<RaisedEvent>(&told)) {
    raise_by_name(*raised);
  } else if (const auto* const error = std::get_if<RaisedError>(&told)) {
    LOG_WARNING(log, "%s: %s", id().c_str(), error->description.c_str());
    raise(pipeline::Error{.description = error->description,
                          .error_code = static_cast<int>(ErrorCode::UNEXPECTED_ERROR),
                          .type = std::string(to_string(ErrorCode::UNEXPECTED_ERROR))});
  } else {
    const auto& data = std::get<sdk::Data>(told);
    const base::Bytes bytes = base::as_bytes(data.bytes);
    send_data(std::make_shared<pipeline::DataMessage>(
        pipeline::DataMessage{{bytes.begin(), bytes.end()}, data.is_binary, {}, nullptr}));
  }
}

// Waits with others for the filter's turn; where too many do it is lost.
void ModuleFilter::on_data(const pipeline::DataRef& message) {
  stage().post([message](sdk::Filter& filter) {
    filter.receive_data({std::string(base::as_text(message->bytes)), message->is_binary});
  });
}

void ModuleFilter::raise_by_name(const RaisedEvent& raised) {
  const pipeline::EventInfo* const event = info().find_event(raised.name);
  if (!event) {
    LOG_WARNING(log, "%s raises '%s', an event that its descriptor has not", id().c_str(),
                raised.name.c_str());
    return;
  }
  raise(*event, event_members(*event, raised.members));
}

void ModuleFilter::call(const pipeline::OperationInfo& operation, const pipeline::Arguments& arguments,
                        pipeline::Answer answer) {
  const auto& operations = hosted_->filter_class.operations;
  const auto handler =
      std::ranges::find_if(operations, [&](const sdk::Operation& o) { return o.name == operation.name; });
  const pipeline::Shard::Post& post = shard().post();
  if (handler == operations.end() || !post) {
    return answer(ApiError{ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, "It cannot be called here"});
  }
  auto run = [post, answer, &handler = *handler, &operation,
              given = to_sdk_list(arguments)](sdk::Filter& filter) {
    const auto result = caught<pipeline::Value>([&]() -> ApiResult<pipeline::Value> {
      return from_sdk(handler.run(filter, given), operation.result);
    });
    post([answer, result](pipeline::Shard&) { answer(result); });
  };
  if (!stage().post(std::move(run))) {
    answer(ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "The filter is too busy, try again later"});
  }
}

ApiResult<pipeline::Prepared> prepare_module_filter(const pipeline::ClassInfo& info, const std::string& id,
                                                    const pipeline::Arguments& arguments) {
  const ModuleLibrary& library = library_of(info);
  const auto filter_class = library.find(info);
  if (!filter_class) return ApiError{ErrorCode::MEDIA_OBJECT_NOT_AVAILABLE, filter_class.error().message};
  const auto context = std::make_shared<FilterContext>(id, library.services());
  const auto stage = make_stage(library.services(), context);
  auto made = caught<std::shared_ptr<sdk::Filter>>([&]() -> ApiResult<std::shared_ptr<sdk::Filter>> {
    std::unique_ptr<sdk::Filter> filter =
        (*filter_class)->create(*context, filter_arguments(info, arguments));
    stage->host(context, std::move(filter));
    return std::shared_ptr<sdk::Filter>();
  });
  // As Kurento answers where an object of parameters that cannot be is asked for.
  if (!made && made.error().code == ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR)
    return ApiError{ErrorCode::MARSHALL_ERROR, made.error().message};
  if (!made) return std::move(made).error();
  return pipeline::Prepared(std::shared_ptr<HostedFilter>(new HostedFilter{**filter_class, stage, context}));
}

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_module_filter(
    const pipeline::Construction& construction, const pipeline::Arguments& arguments) {
  const pipeline::ClassInfo& info = *construction.info;
  for (std::size_t i = 0; i < info.constructor.size(); ++i) {
    if (info.constructor[i].type.object != &pipeline::kMediaPipelineClass || !arguments[i].string()) continue;
    auto* const parent =
        dynamic_cast<pipeline::MediaPipeline*>(construction.host.find(*arguments[i].string()));
    if (!parent) {
      return ApiError{ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + *arguments[i].string() + "' not found"};
    }
    return std::unique_ptr<pipeline::MediaObject>(std::make_unique<ModuleFilter>(
        construction, parent, std::static_pointer_cast<HostedFilter>(construction.prepared)));
  }
  return ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "A filter belongs to a pipeline"};
}

void start_module_operation(pipeline::MediaObject& object, const pipeline::OperationInfo& operation,
                            const pipeline::Arguments& arguments, pipeline::Answer answer) {
  auto* const filter = dynamic_cast<ModuleFilter*>(&object);
  if (!filter)
    return answer(ApiError{ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, "It is no filter here"});
  filter->call(operation, arguments, std::move(answer));
}

}  // namespace kaskado::elements
