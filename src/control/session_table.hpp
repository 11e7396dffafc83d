// Sessions and the connections that own them.
//
// A session belongs to at most one connection, the one that events go to. It stays while that connection is
// open, and for the collector's period after it has gone or after it was last used without one.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "control/allowance.hpp"
#include "control/connection.hpp"
#include "control/object_table.hpp"
#include "control/request_cache.hpp"

namespace kaskado::control {

struct Session {
  SessionKey key;
  std::string id;
  ConnectionId connection = kNoConnection;
  base::Instant last_seen;
  RequestCache cache;
  RequestAllowance allowance;
};

class SessionTable {
 public:
  // When full, open() gives nullptr.
  static constexpr std::size_t kMaxSessions = 20'000;

  void connected(ConnectionId connection);
  // Its sessions stay, without a connection.
  void disconnected(ConnectionId connection, base::Instant now);
  bool is_connected(ConnectionId connection) const { return owners_.contains(connection); }

  Session* open(std::string id, ConnectionId connection, base::Instant now);
  void close(Session& session);
  // Gives the session to the connection, which uses it from now on for requests that name none.
  void move(Session& session, ConnectionId connection);
  // The session was named by a request on this connection, which takes it over if no other has it.
  void used(Session& session, ConnectionId connection, base::Instant now);

  Session* find(std::string_view id) const;
  Session* find(SessionKey key) const;
  // What a request that names no session uses, nullptr where there is none yet.
  Session* current(ConnectionId connection) const;
  std::vector<SessionKey> expired(base::Instant now, base::Duration period) const;
  void prune_caches(base::Instant now);

  std::vector<std::string> ids() const;
  std::size_t size() const { return sessions_.size(); }

 private:
  struct Owner {
    SessionKey current = 0;
    std::vector<SessionKey> owned;
  };
  void detach(Session& session);

  std::unordered_map<SessionKey, std::unique_ptr<Session>> sessions_;
  std::unordered_map<std::string, SessionKey> by_id_;
  std::unordered_map<ConnectionId, Owner> owners_;
  SessionKey last_key_ = 0;
};

}  // namespace kaskado::control
