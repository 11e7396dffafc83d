#include "transport/source_lock.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::transport {

void SourceLock::name_sources(std::vector<rtp::Ssrc> named) {
  named_ = std::move(named);
  if (named_.size() > kMaxNamed) named_.resize(kMaxNamed);
}

bool SourceLock::is_named(rtp::Ssrc ssrc) const {
  return std::ranges::find(named_, ssrc) != named_.end();
}

Admission SourceLock::take(const base::SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber sequence,
                           base::Instant now) {
  const bool elsewhere = address_ != from;
  const bool newer = !is_held(now) || ssrc != ssrc_ || rtp::is_newer(sequence, highest_);
  // What was under way from the former address does not lead back there, nor does it keep the lock.
  if (elsewhere && !newer) return Admission::known;
  last_ = now;
  if (newer) highest_ = sequence;
  ssrc_ = ssrc;
  address_ = from;
  return elsewhere ? Admission::moved : Admission::known;
}

Admission SourceLock::admit_rtp(const base::SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber sequence,
                                base::Instant now) {
  const bool of_peer =
      !is_held(now) || from == *address_ || ssrc == ssrc_ || (is_named(ssrc) && !is_named(ssrc_));
  return of_peer ? take(from, ssrc, sequence, now) : Admission::stranger;
}

Admission SourceLock::admit_authentic(const base::SocketAddress& from, rtp::Ssrc ssrc,
                                      rtp::SequenceNumber sequence, base::Instant now) {
  return take(from, ssrc, sequence, now);
}

bool SourceLock::admits_rtcp(const base::SocketAddress& from, rtp::Ssrc sender, base::Instant now) const {
  return !is_held(now) || from.with_port(0) == address_->with_port(0) || sender == ssrc_ || is_named(sender);
}

}  // namespace kaskado::transport
