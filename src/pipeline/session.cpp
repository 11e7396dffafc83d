#include "pipeline/session.hpp"

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

Session::Session(Shard& shard) : shard_(shard), id_(shard.attach(*this)) {}

Session::~Session() {
  shard_.detach(id_);
}

void Session::wake(base::Instant now) {
  if (rtp_session().is_resting()) rtp_session().resume(now);
  settle_rest(now);
}

void Session::settle_rest(base::Instant now) {
  if (rtp_session().is_resting() == resting_) return;
  resting_ = rtp_session().is_resting();
  on_rest(resting_, now);
  if (resting_) line().rest(shard_.woken(), id_);
}

}  // namespace kaskado::pipeline
