// Keeps the graph of a pipeline the same on every shard that its elements live on.
//
// The pipeline's own shard is where the graph is changed; what changes there is done again on the others, in
// the same order. Each element is itself on one shard and has a stand-in (RemoteElement) on the others.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/media_object.hpp"

namespace kaskado::pipeline {

class MediaElement;
class MediaPipeline;
struct Link;

// Owned by the pipeline, from its first element on another shard on.
class PipelineMirror {
 public:
  // Done on another shard.
  using Change = std::function<void(Shard&)>;

  explicit PipelineMirror(MediaPipeline& pipeline) : pipeline_(pipeline) {}

  // Copies the graph as it is to one more shard; nothing where that has it already.
  void spread_to(std::size_t shard);

  // What has been done on the pipeline's shard.
  void created(const MediaElement& element);
  void connected(const Link& link);
  void disconnected(const Link& link);
  void released(const std::string& id);
  void latency_stats(bool on);

 private:
  void post(std::size_t shard, Change change);
  void post_all(const Change& change);

  MediaPipeline& pipeline_;
  std::vector<std::size_t> shards_;  // the others
};

// To be called on the pipeline's shard: makes an element of it on another one. `answer` is called on that
// one, or, where there is no such pipeline, on this.
using Created = std::function<void(Shard& shard, ApiResult<void> result)>;
void create_on(std::size_t shard, Shard& home, const ClassInfo& info, std::string id, Arguments arguments,
               Prepared prepared, Created answer);

}  // namespace kaskado::pipeline
