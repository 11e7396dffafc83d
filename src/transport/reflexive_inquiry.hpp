// Which addresses a shard's ports have in the eyes of STUN servers (RFC 8445 §5.1.1.2). All sessions of the
// shard share its ports, so they share the answers as well: one that is young serves whoever asks next.
#pragma once

#include <cstdint>
#include <vector>

#include "ice/stun_query.hpp"

namespace kaskado::transport {

// A machine of the usual shape. Owned by one shard.
class ReflexiveInquiry {
 public:
  using Asker = std::uint32_t;
  // Of ports and servers; further questions are answered that there is no answer.
  static constexpr std::size_t kMostQueries = 1024;
  // NATs forget what is unused for 30 s at the earliest, as a rule (RFC 4787 §4.3 asks for 2 minutes).
  static constexpr base::Duration kYoung = std::chrono::seconds(10);

  struct Answer {
    Asker asker = 0;
    base::Path path;
    base::SocketAddress mapped;  // not set where the server has not answered
  };

  // `random` outlives it.
  explicit ReflexiveInquiry(base::Random& random) : random_(random) {}

  // From which port which server is asked; the answer comes by take_answers(), never at once.
  void ask(Asker asker, const base::Path& path, base::Instant now, base::Outbox& outbox);
  // Whoever asked is gone.
  void forget(Asker asker);
  // Whether the datagram was an answer.
  bool receive(base::Bytes datagram, const base::Path& path, base::Instant now);
  void advance(base::Instant now, base::Outbox& outbox);
  base::Instant deadline() const;
  std::vector<Answer> take_answers() { return std::exchange(answers_, {}); }

 private:
  struct Query {
    ice::StunQuery query;
    base::Instant answered_at{};
    std::vector<Asker> askers;
  };
  void settle(Query& query, base::Instant now);

  base::Random& random_;
  std::vector<Query> queries_;
  std::vector<Answer> answers_;
};

}  // namespace kaskado::transport
