// The answers of one session by request id, so that a request repeated after a reconnect is answered and not
// run a second time. A repetition has the same id, method and parameters; anything else under a known id is a
// new request and takes its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"

namespace kaskado::control {

// Takes the text of an answer, without its id (see json_rpc.hpp).
using Deliver = std::function<void(const std::string& body)>;

class RequestCache {
 public:
  static constexpr base::Duration kLifetime = std::chrono::seconds(20);
  // Where one more would be too many, the oldest goes, whether answered or not.
  static constexpr std::size_t kMaxEntries = 1024;
  static constexpr std::size_t kMaxBytes = 256 * 1024;
  // How many repetitions wait for one answer; the next one takes the place of the oldest.
  static constexpr std::size_t kMaxWaiting = 4;

  // True if this is a repetition: `deliver` has been called or will be. False if the request is to be run;
  // the answer is then given to answered().
  bool repeats(const std::string& key, std::uint64_t fingerprint, base::Instant now, Deliver& deliver);
  void answered(const std::string& key, std::uint64_t fingerprint, const std::string& body);
  void prune(base::Instant now);

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    std::uint64_t fingerprint;
    base::Instant expires;
    std::optional<std::string> body;
    std::vector<Deliver> waiting;
  };
  using Entries = std::list<Entry>;

  void forget(Entries::iterator entry);

  Entries entries_;  // the oldest first
  std::unordered_map<std::string, Entries::iterator> by_key_;
  std::size_t bytes_ = 0;  // of the bodies
};

}  // namespace kaskado::control
