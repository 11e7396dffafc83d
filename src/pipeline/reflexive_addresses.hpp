// Tells objects of a shard which addresses its ports have behind NATs.
#pragma once

#include <unordered_map>

#include "pipeline/timed.hpp"
#include "transport/reflexive_inquiry.hpp"

namespace kaskado::pipeline {

class Shard;

// Owned by a shard, and used on its thread.
class ReflexiveAddresses final : private Timed {
 public:
  class Asker {
   public:
    // The answer about `path`, from one of our ports to a server; `mapped` is not set where there is none.
    // Comes once for each question, and not while it is asked.
    virtual void on_reflexive(const base::Path& path, const base::SocketAddress& mapped) = 0;

   protected:
    ~Asker() = default;
  };
  using Ticket = transport::ReflexiveInquiry::Asker;

  explicit ReflexiveAddresses(Shard& shard);

  // A name for who asks, until it is given back.
  Ticket enter(Asker& asker);
  void leave(Ticket ticket);
  void ask(Ticket ticket, const base::Path& path);

  // Whether the datagram was an answer.
  bool receive(base::Bytes datagram, const base::Path& path, base::Instant now);

 private:
  base::Instant deadline() const override { return inquiry_.deadline(); }
  void advance(base::Instant now) override;
  void hand_out();

  Shard& shard_;
  transport::ReflexiveInquiry inquiry_;
  std::unordered_map<Ticket, Asker*> askers_;
  Ticket last_ticket_ = 0;
};

}  // namespace kaskado::pipeline
