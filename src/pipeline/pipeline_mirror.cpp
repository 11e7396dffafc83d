#include "pipeline/pipeline_mirror.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "pipeline/log.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/remote_element.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

namespace {

void add_stand_in(Shard& shard, const ClassInfo& info, const std::string& id, const std::string& pipeline,
                  std::size_t home, RemoteElement::Passing passing) {
  MediaObject* parent = shard.objects().find(pipeline);
  if (!parent || shard.objects().find(id)) return;
  shard.objects().adopt(std::make_unique<RemoteElement>(Construction{shard.objects(), &shard, id, &info},
                                                        parent, home, passing));
}

// All below `object`: those of hubs, too.
void add_elements(const MediaObject& object, std::vector<MediaElement*>& elements) {
  for (MediaObject* child : object.children()) {
    if (auto* found = dynamic_cast<MediaElement*>(child)) elements.push_back(found);
    add_elements(*child, elements);
  }
}

// What makes a stand-in of an element on another shard.
PipelineMirror::Change creation_of(const MediaElement& element, const std::string& pipeline) {
  RemoteElement::Passing passing{};
  for (const MediaType type : {MediaType::audio, MediaType::data, MediaType::video}) {
    passing[static_cast<std::size_t>(type)] = element.passes(type);
  }
  return [info = &element.info(), id = element.id(), pipeline, home = element.home(), passing](Shard& there) {
    add_stand_in(there, *info, id, pipeline, home, passing);
  };
}

// What connects or disconnects the same two elements, or their stand-ins, on another shard.
using LinkOperation = void (MediaElement::*)(MediaElement& sink, MediaType type, const std::string& from,
                                             const std::string& to);
PipelineMirror::Change repetition_of(LinkOperation operation, const Link& link) {
  return [operation, source = link.source->id(), sink = link.sink->id(), type = link.type,
          from = link.source_description, to = link.sink_description](Shard& there) {
    MediaElement* const a = find_element(there.objects(), source);
    MediaElement* const b = find_element(there.objects(), sink);
    if (a && b) (a->*operation)(*b, type, from, to);
  };
}

void turn_latency_stats(Shard& there, const std::string& id, bool on) {
  auto* const copy = dynamic_cast<MediaPipeline*>(there.objects().find(id));
  if (copy) (void)copy->set_latency_stats(on);
}

PipelineMirror::Change copy_of(const MediaPipeline& pipeline) {
  return [id = pipeline.id(), info = &pipeline.info(), latency_stats = pipeline.latency_stats()](Shard& there) {
    const auto copied = there.objects().create(*info, id, {});
    if (!copied)
      LOG_ERROR(log, "%s on shard %zu: %s", id.c_str(), there.index(), copied.error().message.c_str());
    turn_latency_stats(there, id, latency_stats);
  };
}

}  // namespace

void PipelineMirror::post(std::size_t shard, Change change) {
  Shard& own = pipeline_.shard();
  own.network().post(own.index(), shard, std::move(change));
}

void PipelineMirror::post_all(const Change& change) {
  for (const std::size_t shard : shards_) post(shard, change);
}

void PipelineMirror::spread_to(std::size_t shard) {
  if (std::ranges::find(shards_, shard) != shards_.end()) return;
  LOG_INFO(log, "%s spreads from shard %zu to %zu", pipeline_.id().c_str(), pipeline_.shard().index(), shard);
  shards_.push_back(shard);
  std::vector<MediaElement*> elements;
  add_elements(pipeline_, elements);
  post(shard, copy_of(pipeline_));
  for (const MediaElement* each : elements) post(shard, creation_of(*each, pipeline_.id()));
  for (const MediaElement* each : elements) {
    for (const auto& link : each->outgoing()) post(shard, repetition_of(&MediaElement::connect_one, *link));
  }
}

void PipelineMirror::created(const MediaElement& element) {
  const Change change = creation_of(element, pipeline_.id());
  for (const std::size_t shard : shards_) {
    if (shard != element.home()) post(shard, change);
  }
}

void PipelineMirror::connected(const Link& link) {
  post_all(repetition_of(&MediaElement::connect_one, link));
}

void PipelineMirror::disconnected(const Link& link) {
  post_all(repetition_of(&MediaElement::disconnect_one, link));
}

void PipelineMirror::released(const std::string& id) {
  post_all([id](Shard& there) { there.objects().release(id); });
}

void PipelineMirror::latency_stats(bool on) {
  post_all([id = pipeline_.id(), on](Shard& there) { turn_latency_stats(there, id, on); });
}

void create_on(std::size_t shard, Shard& home, const ClassInfo& info, std::string id, Arguments arguments,
               Prepared prepared, Created answer) {
  const std::string pipeline_id = id.substr(0, id.rfind('/'));
  auto* pipeline = dynamic_cast<MediaPipeline*>(home.objects().find(pipeline_id));
  if (!pipeline)
    return answer(home,
                  ApiError{ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + pipeline_id + "' not found"});
  pipeline->mirror_to(shard);
  add_stand_in(home, info, id, pipeline_id, shard, {});
  home.network().post(home.index(), shard,
                      [&info, id, arguments = std::move(arguments), prepared = std::move(prepared), answer = std::move(answer),
                       from = home.index()](Shard& there) {
                        auto result = there.objects().create(info, id, arguments, prepared);
                        if (!result) {
                          there.network().post(there.index(), from,
                                               [id](Shard& back) { back.objects().release(id); });
                        }
                        answer(there, std::move(result));
                      });
}

}  // namespace kaskado::pipeline
