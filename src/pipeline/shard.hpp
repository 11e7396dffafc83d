// A share of the media plane that one thread owns: its objects, its sessions, its packets. Reads no clock and
// opens no socket, so that tests run it on virtual time; ShardThread gives it both.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/deadline_queue.hpp"
#include "base/drop_reason.hpp"
#include "base/executor.hpp"
#include "base/outbox.hpp"
#include "base/packet.hpp"
#include "base/random.hpp"
#include "base/ring.hpp"
#include "base/time.hpp"
#include "loop/sender_queues.hpp"
#include "loop/uploader.hpp"
#include "media/stage_meter.hpp"
#include "pipeline/media_configuration.hpp"
#include "pipeline/media_port.hpp"
#include "pipeline/object_registry.hpp"
#include "pipeline/reflexive_addresses.hpp"
#include "pipeline/relay_table.hpp"
#include "pipeline/session_ports.hpp"
#include "pipeline/shard_network.hpp"
#include "pipeline/timed.hpp"
#include "rtp/fec_counters.hpp"
#include "transport/demux.hpp"
#include "transport/relay.hpp"

namespace kaskado::pipeline {

class Session;

class Shard {
 public:
  // Sends what stands in the outbox and clears it; called when it runs full in the middle of a batch.
  using Flush = std::function<void(base::Outbox&)>;

  // DTLS datagrams of peers that one batch or turn takes up. A handshake costs as much as hundreds of
  // packets, so those of a storm of joins wait, while media goes on.
  static constexpr std::size_t kHandshakesPerTurn = 1;
  // That wait, at the most; the peer repeats what is dropped (RFC 9147 §5.8).
  static constexpr std::size_t kMaxHandshakes = 512;
  // Of one peer: more than the flights of a whole handshake, so that none can take the place of the others.
  static constexpr std::size_t kMaxHandshakesOfOne = 16;
  // Datagrams that the outbox holds.
  static constexpr std::size_t kOutboxSlots = 128;

  // `configuration` and `random` outlive the shard. Without `ports` no session gets a port of its own.
  Shard(const MediaConfiguration& configuration, base::Random& random, base::ClockAnchor clock,
        ObjectRegistry::EventSink sink, Flush flush, PortFunctions ports = {});
  ~Shard();
  Shard(const Shard&) = delete;

  // A port for all sessions. Before there are sessions indices are free; later one of those that were reserved.
  void add_port(MediaPort port);
  // One for all sessions that takes TCP connections (RFC 6544).
  void add_stream_port(MediaPort port);
  // No candidates are made of these ports any more: the interface is gone. What comes there still has its way.
  void retire_port(std::uint16_t index);
  // Indices below are for ports that are added while there are sessions.
  void reserve_ports(std::uint16_t count) { session_ports_.set_first_index(count); }
  // To be called behind such changes: sessions may tell their peers.
  void tell_ports_changed(base::Instant now);

  // The way to other shards, and the number by which they know this one; to be called before there are objects.
  void join(ShardNetwork& network, std::size_t index) {
    network_ = &network;
    index_ = index;
  }
  ShardNetwork& network() const { return *network_; }

  // The way to this shard from any thread, for what works for its objects elsewhere; to be set before there are
  // objects. What comes in the end of the shard is not run. Nothing is refused, so this is for what is bounded
  // otherwise, as answers are; frames go by Compute::post_back.
  using Post = std::function<void(std::function<void(Shard&)> command)>;
  void reach_by(Post post) { post_ = std::move(post); }
  // Empty where nobody has set it. Whoever keeps it lets go of it with the object that it is for.
  const Post& post() const { return post_; }

  std::size_t index() const { return index_; }
  RelayTable& relays() { return relays_; }
  // Runs a task on this shard. Any thread may call it, for as long as `executor` runs anything. False where the
  // shard is overloaded or ends: the task is then not run.
  using PostBack = std::function<bool(std::function<void(Shard&)>)>;
  // Where what takes long is done, the way back from there, and the time there; to be called before there are objects.
  struct Compute {
    std::shared_ptr<base::Executor> executor;
    // For what waits: reading and writing of files and networks. Its jobs may wait for seconds, not for ever, and end early
    // when what they are for goes.
    std::shared_ptr<base::Executor> io;
    // To stores; null where there is no way to them.
    std::shared_ptr<loop::Uploader> uploader;
    PostBack post_back;
    media::Clock clock;  // any thread
  };
  void give_compute(Compute compute) { compute_ = std::move(compute); }
  // Without one nothing is decoded or encoded.
  bool can_compute() const { return compute_.executor != nullptr; }
  const Compute& compute() const { return compute_; }
  TimedTable& timed() { return timed_; }

  // Forwards what other shards have relayed.
  void take_relayed(base::Instant now);

  // Datagrams came in faster than they were taken, and some are gone.
  void note_overflow(base::Instant now);
  // A while after the last of them.
  base::Instant overloaded_until() const { return overloaded_until_; }

  // What came in on one port. The datagrams are moved from.
  void on_batch(std::uint16_t port_index, std::span<loop::ReceivedDatagram> batch, base::Instant now);
  void advance(base::Instant now);
  base::Instant deadline() const {
    return handshakes_.empty() ? std::min(deadlines_.next(), timed_.deadline()) : now_;
  }
  base::Outbox& outbox() { return outbox_; }
  // Ends every session with its goodbyes and destroys every object.
  void release_all() { objects_.release_all(); }

  // The time of the batch, timer or command that is being worked on.
  base::Instant now() const { return now_; }
  void set_now(base::Instant now) { now_ = now; }

  ObjectRegistry& objects() { return objects_; }
  const ObjectRegistry& objects() const { return objects_; }
  // Those that stand.
  std::size_t sessions() const { return sessions_.size() - free_ids_.size(); }
  const MediaConfiguration& configuration() const { return configuration_; }
  // Those for all sessions.
  const std::vector<MediaPort>& ports() const { return ports_; }
  const std::vector<MediaPort>& stream_ports() const { return stream_ports_; }
  const SessionPorts& session_ports() const { return session_ports_; }
  base::Random& random() { return random_; }
  base::PacketPool& packets() { return packets_; }
  const base::PacketPool& packets() const { return packets_; }
  const base::ClockAnchor& clock() const { return clock_; }
  transport::Demux& demux() { return demux_; }
  base::DropCounters& drops() { return drops_; }
  const base::DropCounters& drops() const { return drops_; }
  rtp::FecCounters& fec_counters() { return fec_counters_; }
  const rtp::FecCounters& fec_counters() const { return fec_counters_; }
  // Names streams within the shard; never 0.
  std::uint32_t next_stream_id() { return ++last_stream_id_; }

  // A session has an id while it stands, by which datagrams and deadlines find it; the id is reused after.
  transport::PeerId attach(Session& session);
  void detach(transport::PeerId id);
  // A port for this session alone, on the interface of the shared one with that index; closed by detach().
  // Nothing where the session has it already or cannot have it.
  std::optional<MediaPort> open_port(transport::PeerId id, std::uint16_t shared_index);
  // A pair for this session alone, on the interface of that shared one; also several. Closed by detach(). Nothing
  // where none can be had.
  std::optional<PortPair> open_port_pair(transport::PeerId id, const MediaPort& interface) {
    return session_ports_.open_pair(id, interface);
  }
  // For a relayed address of this session's, by the interface that leads to the server. Closed by detach(). Nothing where
  // none can be had.
  std::optional<RelayPorts> open_relay_ports(transport::PeerId id, const MediaPort& interface, TurnCarrier carrier);
  // A port of this session's alone that makes TCP connections from that interface. Nothing where there is no TCP.
  std::optional<MediaPort> open_active_port(transport::PeerId id, const MediaPort& interface);
  // A connection of a port has ended.
  void on_stream_end(const base::Path& path, base::Instant now);
  // From now on what is sent from the index is the relay's to carry; nullptr: nobody's, and lost. Whoever sets it takes it
  // back before the relay is gone.
  void set_relay(std::uint16_t index, transport::Relay* relay);
  // To be called before what stands in the outbox is sent: what leaves from relayed addresses becomes messages to their
  // servers, in place.
  void carry_relayed() {
    if (relays_standing_ > 0) carry_all();
  }
  // Sends what stands in the outbox.
  void flush() { flush_(outbox_); }
  // Of these ports' addresses behind NATs.
  ReflexiveAddresses& reflexive_addresses() { return reflexive_; }
  // The one of `ports` that leads to the address: by the system's routes where it is known to have one, otherwise the first
  // of its family. nullptr where there is none.
  const MediaPort* port_towards(const base::SocketAddress& remote, std::span<const MediaPort> ports) const;
  // How far what is sent to groups from a session's own port goes, by the interface that it is on.
  void set_multicast_hops(const MediaPort& port, std::uint8_t hops) { session_ports_.set_multicast_hops(port, hops); }
  // Sessions that rested, and whose line has sent since, or whose line holds something now: looked at behind each batch and
  // each turn.
  std::vector<transport::PeerId>& woken() { return woken_; }
  // To be called when something outside of batches may have brought the session's deadline forward.
  void reschedule(const Session& session);

 private:
  // Every packet that streams' histories may hold is among these: 64 Ki of them are 100 MB.
  static constexpr std::size_t kMaxPackets = 64 << 10;
  // In steps, so that streams are not told anew with each batch.
  static constexpr base::Duration kOverloadStep = std::chrono::milliseconds{100};
  // Between two turns of one session that never comes to an end with what is due.
  static constexpr base::Duration kLeastWait = std::chrono::milliseconds{1};

  struct Handshake {
    transport::PeerId peer = 0;
    std::uint16_t port_index = 0;
    loop::ReceivedDatagram datagram;
  };

  bool put_off(transport::PeerId peer, std::uint16_t port_index, loop::ReceivedDatagram& datagram);
  void work_through(std::uint16_t port_index, std::span<loop::ReceivedDatagram> batch);
  void wake_sessions();
  void carry_all();
  void take_relayed(RelayRing& ring);
  void receive_run(const base::Path& path, std::span<loop::ReceivedDatagram> run);

  const MediaConfiguration& configuration_;
  base::Random& random_;
  base::ClockAnchor clock_;
  base::Instant now_;
  base::PacketPool packets_;
  Flush flush_;
  base::Outbox outbox_;
  base::DropCounters drops_;
  rtp::FecCounters fec_counters_;
  base::Instant overloaded_until_{};
  std::uint32_t last_stream_id_ = 0;
  transport::Demux demux_;
  base::Ring<Handshake> handshakes_{kMaxHandshakes};
  std::size_t handshakes_left_ = 0;  // of this batch or turn
  base::DeadlineQueue deadlines_;
  std::vector<Session*> sessions_;  // by id
  std::vector<std::uint8_t> waiting_of_;  // by id: of handshakes_
  std::vector<transport::PeerId> free_ids_;
  std::vector<transport::PeerId> woken_;  // each once for either reason
  std::vector<MediaPort> ports_;
  std::vector<MediaPort> stream_ports_;
  SessionPorts session_ports_;
  ShardNetwork* network_ = nullptr;
  std::size_t index_ = 0;
  Post post_;
  RelayTable relays_;
  Compute compute_;
  TimedTable timed_;
  ReflexiveAddresses reflexive_;
  std::vector<transport::Relay*> relay_at_;  // by port index
  std::size_t relays_standing_ = 0;
  ObjectRegistry objects_;  // last: objects use all of the above while they are destroyed
};

}  // namespace kaskado::pipeline
