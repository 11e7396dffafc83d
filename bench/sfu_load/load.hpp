// All peers of a generator, and whose turn it is. One thread: publishers come first, to the microsecond;
// viewers are read in turn, each some times a second, which delays no measurement since the kernel stamps
// arrivals.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline_queue.hpp"
#include "histogram.hpp"
#include "peer.hpp"

namespace kaskado::bench {

// Sums over all peers, those that have left included, since the start.
struct LoadTotals {
  PublisherCounters publishers;
  StreamCounters viewers;
  std::uint64_t expected = 0;  // every packet of a source, once for each of its viewers that are there
  std::uint64_t holes = 0;
  std::uint64_t queue_drops = 0;  // the generator's own sockets were full
  std::uint64_t send_failures = 0;
  std::uint64_t bad_rtcp = 0;
  std::uint64_t unsampled_viewers = 0;  // of which no packet has been decrypted
  // Of what the server has made:
  std::uint64_t transcoded_packets = 0;
  std::uint64_t transcoded_holes = 0;
  std::uint64_t recorded_frames = 0;
  std::uint64_t broken_frames = 0;
  std::int64_t cpu_ns = 0;  // of the generator's process
  base::Instant at{};

  std::uint64_t missing() const { return expected > viewers.packets ? expected - viewers.packets : 0; }
};

class Load {
 public:
  // What became of a joining peer: `why` is empty where it is connected.
  using Tell = std::function<void(const PeerSpec& peer, const std::string& why, base::Duration took)>;

  Load(std::unique_ptr<Surroundings> shared, Tell tell);

  base::Result<Peer*> add(const PeerSpec& spec, ice::IceRole role);
  Peer* find(std::uint32_t id);
  // Takes a peer out; a silent one does not tell the server. False where there is none.
  bool remove(std::uint32_t id, bool silently);
  // One publisher.
  base::Result<void> start(Peer& publisher, const SendPlan& plan);
  // All publishers of one kind, those of coded frames or the others, beginning within a frame of each other.
  base::Result<void> start(const SendPlan& plan, bool frames);
  void stop();
  // After stop(): what was started goes on, and leaves out what was due meanwhile.
  void resume();
  void close_all();
  // Empties every viewer's socket.
  void drain();

  void begin_window();
  void end_window();
  const Histogram& latency() const { return latency_; }
  const Histogram& lateness() const { return lateness_; }
  LoadTotals totals();
  // The profiles in use, each once.
  std::vector<std::string> profiles() const;
  const std::map<std::uint32_t, std::unique_ptr<Peer>>& peers() const { return peers_; }

  // Does what is due and gives when there is more.
  base::Instant advance();

 private:
  struct Joining {
    Peer* peer;
    base::Instant since;
  };
  static constexpr base::Duration kJoinInterval = std::chrono::milliseconds{1};
  static constexpr base::Duration kTurn = std::chrono::milliseconds{2};
  static constexpr base::Duration kJoinPatience = std::chrono::seconds{20};

  void take_up(Peer& publisher);
  void publish();
  void visit_joining(base::Instant at);
  void visit_settled(std::size_t peers);
  std::size_t peers_a_turn() const;

  std::unique_ptr<Surroundings> shared_;
  Tell tell_;
  std::map<std::uint32_t, std::unique_ptr<Peer>> peers_;
  std::vector<Joining> joining_;
  std::deque<Peer*> settled_;       // the front one has waited longest
  std::vector<Peer*> publishers_;   // that have been started; null for one that has gone
  base::DeadlineQueue publishing_;  // by place in it
  base::Instant next_join_visit_{};
  base::Instant next_turn_{};
  bool in_window_ = false;
  LoadTotals left_;  // of peers that have
  Histogram latency_;
  Histogram lateness_;
};

}  // namespace kaskado::bench
