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

MediaElement* element(Shard& shard, const std::string& id) {
  return dynamic_cast<MediaElement*>(shard.objects().find(id));
}

void add_stand_in(Shard& shard, const ClassInfo& info, const std::string& id, const std::string& pipeline,
                  std::size_t home, RemoteElement::Passing passing) {
  MediaObject* parent = shard.objects().find(pipeline);
  if (!parent || shard.objects().find(id)) return;
  shard.objects().adopt(std::make_unique<RemoteElement>(Construction{shard.objects(), &shard, id, &info},
                                                        parent, home, passing));
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
  std::vector<MediaElement*> elements;
  for (MediaObject* child : pipeline_.children()) {
    if (auto* found = dynamic_cast<MediaElement*>(child)) elements.push_back(found);
  }
  const auto others = std::exchange(shards_, {shard});
  post_all([id = pipeline_.id(), info = &pipeline_.info()](Shard& there) {
    const auto copied = there.objects().create(*info, id, {});
    if (!copied)
      LOG_ERROR(log, "%s on shard %zu: %s", id.c_str(), there.index(), copied.error().message.c_str());
  });
  for (const MediaElement* each : elements) created(*each);
  for (const MediaElement* each : elements) {
    for (const auto& link : each->outgoing()) connected(*link);
  }
  shards_.insert(shards_.end(), others.begin(), others.end());
}

void PipelineMirror::created(const MediaElement& element) {
  RemoteElement::Passing passing{};
  for (const MediaType type : {MediaType::audio, MediaType::data, MediaType::video}) {
    passing[static_cast<std::size_t>(type)] = element.passes(type);
  }
  const auto change = [info = &element.info(), id = element.id(), pipeline = pipeline_.id(),
                       home = element.home(),
                       passing](Shard& there) { add_stand_in(there, *info, id, pipeline, home, passing); };
  for (const std::size_t shard : shards_) {
    if (shard != element.home()) post(shard, change);
  }
}

void PipelineMirror::connected(const Link& link) {
  post_all([source = link.source->id(), sink = link.sink->id(), type = link.type,
            from = link.source_description, to = link.sink_description](Shard& there) {
    MediaElement* const a = element(there, source);
    MediaElement* const b = element(there, sink);
    if (a && b) a->connect_one(*b, type, from, to);
  });
}

void PipelineMirror::disconnected(const Link& link) {
  post_all([source = link.source->id(), sink = link.sink->id(), type = link.type,
            from = link.source_description, to = link.sink_description](Shard& there) {
    MediaElement* const a = element(there, source);
    MediaElement* const b = element(there, sink);
    if (a && b) a->disconnect_one(*b, type, from, to);
  });
}

void PipelineMirror::released(const std::string& id) {
  post_all([id](Shard& there) { there.objects().release(id); });
}

void create_on(std::size_t shard, Shard& home, const ClassInfo& info, std::string id, Arguments arguments,
               Created answer) {
  const std::string pipeline_id = id.substr(0, id.rfind('/'));
  auto* pipeline = dynamic_cast<MediaPipeline*>(home.objects().find(pipeline_id));
  if (!pipeline)
    return answer(home,
                  ApiError{ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + pipeline_id + "' not found"});
  pipeline->mirror_to(shard);
  add_stand_in(home, info, id, pipeline_id, shard, {});
  home.network().post(home.index(), shard,
                      [&info, id, arguments = std::move(arguments), answer = std::move(answer),
                       from = home.index()](Shard& there) {
                        auto result = there.objects().create(info, id, arguments);
                        if (!result) {
                          there.network().post(there.index(), from,
                                               [id](Shard& back) { back.objects().release(id); });
                        }
                        answer(there, std::move(result));
                      });
}

}  // namespace kaskado::pipeline
