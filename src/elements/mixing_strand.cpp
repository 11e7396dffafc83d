#include "elements/mixing_strand.hpp"

#include <utility>

namespace kaskado::elements {

MixingStrand::MixingStrand(std::shared_ptr<base::Executor> executor,
                           std::shared_ptr<media::CompositeStage> stage)
    : strand_(base::Strand::create(std::move(executor))), stage_(std::move(stage)) {}

void MixingStrand::post(Work work) {
  if (!waiting_.empty() || !strand_->post_for(stage_, work)) waiting_.push_back(std::move(work));
}

void MixingStrand::tick(base::Instant now) {
  while (!waiting_.empty() && strand_->post_for(stage_, waiting_.front())) waiting_.pop_front();
  if (ticking_->exchange(true)) return;
  const bool posted = strand_->post_for(stage_, [now, ticking = ticking_](media::CompositeStage& stage) {
    *ticking = false;
    stage.tick(now);
  });
  if (!posted) *ticking_ = false;
}

}  // namespace kaskado::elements
