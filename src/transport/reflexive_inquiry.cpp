#include "transport/reflexive_inquiry.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::transport {

void ReflexiveInquiry::ask(Asker asker, const base::Path& path, base::Instant now, base::Outbox& outbox) {
  std::erase_if(queries_, [&](const Query& known) {
    return known.query.is_over() && known.answered_at + kYoung <= now;
  });
  const auto known = std::ranges::find(queries_, path, [](const Query& query) { return query.query.path(); });
  if (known != queries_.end()) {
    if (!known->query.is_over()) return known->askers.push_back(asker);
    answers_.push_back({asker, path, known->query.mapped()});
    return;
  }
  if (queries_.size() == kMostQueries) {
    answers_.push_back({asker, path, {}});
    return;
  }
  Query& made = queries_.emplace_back(Query{ice::StunQuery(path), {}, {asker}});
  made.query.start(random_, now, outbox);
}

void ReflexiveInquiry::forget(Asker asker) {
  for (Query& query : queries_) std::erase(query.askers, asker);
  std::erase_if(answers_, [&](const Answer& answer) { return answer.asker == asker; });
}

void ReflexiveInquiry::settle(Query& query, base::Instant now) {
  if (!query.query.is_over()) return;
  query.answered_at = now;
  for (const Asker asker : std::exchange(query.askers, {})) {
    answers_.push_back({asker, query.query.path(), query.query.mapped()});
  }
}

bool ReflexiveInquiry::receive(base::Bytes datagram, const base::Path& path, base::Instant now) {
  for (Query& query : queries_) {
    if (!(query.query.path() == path) || query.query.receive(datagram, path) != base::DropReason::none)
      continue;
    settle(query, now);
    return true;
  }
  return false;
}

void ReflexiveInquiry::advance(base::Instant now, base::Outbox& outbox) {
  for (Query& query : queries_) {
    if (query.query.deadline() > now) continue;
    query.query.advance(now, outbox);
    settle(query, now);
  }
  // A server that was silent is asked anew by the next.
  std::erase_if(queries_,
                [](const Query& known) { return known.query.is_over() && !known.query.mapped().is_set(); });
}

base::Instant ReflexiveInquiry::deadline() const {
  if (!answers_.empty()) return base::Instant{};
  base::Instant next = base::kNever;
  for (const Query& query : queries_) next = std::min(next, query.query.deadline());
  return next;
}

}  // namespace kaskado::transport
