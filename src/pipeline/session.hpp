// A peer of a shard: what datagrams, deadlines and waking lead to.
#pragma once

#include "base/drop_reason.hpp"
#include "base/outbox.hpp"
#include "base/packet.hpp"
#include "base/time.hpp"
#include "pipeline/rtp_session.hpp"
#include "transport/demux.hpp"

namespace kaskado::pipeline {

// Called on the shard's thread.
class Session {
 public:
  // Attached to the shard while it stands.
  explicit Session(Shard& shard);
  virtual ~Session();
  Session(const Session&) = delete;

  transport::PeerId id() const { return id_; }

  virtual base::DropReason receive(base::PacketRef packet, const base::Path& path, base::Instant now,
                                   base::Outbox& outbox) = 0;
  // Behind the last datagram of a run: forwards what it brought, and tells the owner what has changed.
  virtual void end_run(base::Instant now, base::Outbox& outbox) = 0;
  virtual void advance(base::Instant now, base::Outbox& outbox) = 0;
  virtual base::Instant deadline() const = 0;
  // A TCP connection of a port that is the session's alone is at its end.
  virtual void on_stream_end(const base::Path& /*path*/, base::Instant /*now*/) {}
  // The shard has other ports for all sessions than before.
  virtual void on_ports_changed() {}
  // Media goes out on a line that had rested.
  void wake(base::Instant now);
  // Whether datagrams that look like DTLS are handshakes, which the shard takes up one by one.
  virtual bool speaks_dtls() const { return false; }

 protected:
  virtual RtpSession& rtp_session() = 0;
  virtual transport::EgressLine& line() = 0;
  virtual void on_rest(bool, base::Instant) {}
  // To be called when the RTP session may have come to rest, or have ended it.
  void settle_rest(base::Instant now);
  Shard& shard() const { return shard_; }

 private:
  Shard& shard_;
  const transport::PeerId id_;
  bool resting_ = false;
};

}  // namespace kaskado::pipeline
