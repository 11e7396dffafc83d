// A mixer's stage on a strand of its own in the compute pool, and the way there.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

#include "base/strand.hpp"
#include "media/mixing/composite_stage.hpp"

namespace kaskado::elements {

// Used by one shard. The stage may live on until what was posted has run.
class MixingStrand {
 public:
  using Work = std::function<void(media::CompositeStage& stage)>;

  MixingStrand(std::shared_ptr<base::Executor> executor, std::shared_ptr<media::CompositeStage> stage);

  const media::CompositeStage& stage() const { return *stage_; }
  // All of it is run, in order: what finds the strand full waits for the next tick.
  void post(Work work);
  // How much waits so.
  std::size_t waiting() const { return waiting_.size(); }
  // Lets the stage make what is due. One tick at the most is on its way; the next makes up for those left
  // out.
  void tick(base::Instant now);

 private:
  const std::shared_ptr<base::Strand> strand_;
  const std::shared_ptr<media::CompositeStage> stage_;  // the strand's
  std::deque<Work> waiting_;
  const std::shared_ptr<std::atomic<bool>> ticking_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace kaskado::elements
