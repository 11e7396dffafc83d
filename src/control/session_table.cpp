#include "control/session_table.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::control {

void SessionTable::connected(ConnectionId connection) {
  owners_.emplace(connection, Owner{});
}

void SessionTable::disconnected(ConnectionId connection, base::Instant now) {
  const auto owner = owners_.find(connection);
  if (owner == owners_.end()) return;
  for (const SessionKey key : owner->second.owned) {
    Session* session = find(key);
    session->connection = kNoConnection;
    session->last_seen = now;
  }
  owners_.erase(owner);
}

Session* SessionTable::open(std::string id, ConnectionId connection, base::Instant now) {
  if (sessions_.size() >= kMaxSessions) return nullptr;
  auto session = std::make_unique<Session>();
  session->key = ++last_key_;
  session->id = std::move(id);
  session->last_seen = now;
  Session& opened = *session;
  by_id_[opened.id] = opened.key;
  sessions_.emplace(opened.key, std::move(session));
  move(opened, connection);
  return &opened;
}

void SessionTable::close(Session& session) {
  detach(session);
  by_id_.erase(session.id);
  sessions_.erase(session.key);
}

void SessionTable::detach(Session& session) {
  const auto owner = owners_.find(std::exchange(session.connection, kNoConnection));
  if (owner == owners_.end()) return;
  std::erase(owner->second.owned, session.key);
  if (owner->second.current == session.key) owner->second.current = 0;
}

void SessionTable::move(Session& session, ConnectionId connection) {
  const auto owner = owners_.find(connection);
  if (owner == owners_.end()) return;
  detach(session);
  session.connection = connection;
  owner->second.current = session.key;
  owner->second.owned.push_back(session.key);
}

void SessionTable::used(Session& session, ConnectionId connection, base::Instant now) {
  session.last_seen = now;
  const auto owner = owners_.find(connection);
  if (owner == owners_.end()) return;
  if (session.connection == kNoConnection) move(session, connection);
  if (session.connection == connection) owner->second.current = session.key;
}

Session* SessionTable::find(std::string_view id) const {
  const auto found = by_id_.find(std::string(id));
  return found == by_id_.end() ? nullptr : find(found->second);
}

Session* SessionTable::find(SessionKey key) const {
  const auto found = sessions_.find(key);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Session* SessionTable::current(ConnectionId connection) const {
  const auto owner = owners_.find(connection);
  return owner == owners_.end() ? nullptr : find(owner->second.current);
}

std::vector<SessionKey> SessionTable::expired(base::Instant now, base::Duration period) const {
  std::vector<SessionKey> keys;
  for (const auto& [key, session] : sessions_) {
    if (session->connection == kNoConnection && session->last_seen + period <= now) keys.push_back(key);
  }
  std::ranges::sort(keys);
  return keys;
}

void SessionTable::prune_caches(base::Instant now) {
  for (auto& [key, session] : sessions_) session->cache.prune(now);
}

std::vector<std::string> SessionTable::ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, key] : by_id_) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace kaskado::control
