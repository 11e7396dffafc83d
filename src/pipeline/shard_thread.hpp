// A shard in the real world: a thread of its own, pinned to a core, with an event loop, media sockets and a
// mailbox around a Shard.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "loop/bell.hpp"
#include "loop/egress_groups.hpp"
#include "loop/intake.hpp"
#include "loop/interface_watch.hpp"
#include "loop/interfaces.hpp"
#include "loop/mailbox.hpp"
#include "loop/udp_port.hpp"
#include "pipeline/shard.hpp"
#include "pipeline/shard_statistics.hpp"
#include "pipeline/stream_port.hpp"

namespace kaskado::pipeline {

// What a shard's thread calls.
struct ShardListener {
  ObjectRegistry::EventSink on_event;
  // At the end of each round of the loop, with the round's datagrams sent.
  std::function<void()> after_round = [] {};
};

// What a shard shares with others, all of which outlive it.
struct ShardSurroundings {
  ShardNetwork* network = nullptr;           // knows it by its index; a shard alone has none
  std::shared_ptr<base::Executor> compute;   // without one nothing is decoded or encoded
  std::shared_ptr<base::Executor> io;        // without one nothing is read or written
  std::shared_ptr<loop::Uploader> uploader;  // without one nothing is sent to stores
};

class ShardThread final : private StreamPort::Handler {
 public:
  using Command = std::function<void(Shard&)>;
  // What is to be done where the command has ended in an exception.
  using Failure = std::function<void(Shard&)>;

  // Opens the sockets and starts the thread. `core` is the CPU to pin it to, or -1.
  static base::Result<std::unique_ptr<ShardThread>> start(
      int index, int core, std::shared_ptr<const MediaConfiguration> configuration,
      ShardListener listener, ShardSurroundings surroundings = {});
  ~ShardThread() override;

  // Releases every object that is left, sends the goodbyes, and joins the thread.
  void end();

  // Any thread: runs between two batches, in the order posted. False when the shard is overloaded (its
  // mailbox is full) or stopping. A command that throws is logged, and the shard goes on.
  bool post(
      Command command, Failure on_failure = [](Shard&) {});
  // The same for what another shard says, taken however full the mailbox is: each is the consequence of something
  // that had found room.
  bool post_always(Command command);
  // Any thread: lets the shard forward what others have relayed to it.
  void wake_relays() { relay_bell_.ring(); }
  // Of the processor that the thread has used. Any thread.
  base::Duration processor_time() const;
  // The shard's own thread, as in a command.
  ShardStatistics statistics() const;

 private:
  ShardThread(int index, std::shared_ptr<const MediaConfiguration> configuration,
              ShardListener listener, ShardSurroundings surroundings);
  void run(const Command& command, const Failure& on_failure);
  template <typename Work>
  void timed(Stage stage, Work work);
  base::Result<void> open_ports();
  base::Result<base::SocketAddress> open_port(std::uint16_t index, const base::SocketAddress& address);
  base::Result<base::SocketAddress> open_session_port(std::uint16_t index,
                                                      const base::SocketAddress& address);
  std::optional<MediaPort> open_shared_port(const loop::InterfaceAddress& address);
  void open_stream_port(const MediaPort& beside);
  void follow_interfaces();
  void open_session_stream(std::uint16_t index, const base::SocketAddress& address, transport::StreamUse use);
  void close_port(std::uint16_t index);
  void on_stream_end(std::uint16_t port_index, const base::SocketAddress& remote, base::Instant now) override;
  void on_batch(std::uint16_t port_index, std::span<loop::ReceivedDatagram> batch,
                base::Instant now) override;
  void on_queue_overflow(base::Instant now) override { shard_.note_overflow(now); }
  void flush();
  void log_drops();
  void stop();

  const int index_;
  const std::function<void()> after_round_;
  std::shared_ptr<const MediaConfiguration> configuration_;
  loop::Loop loop_;
  loop::Mailbox mailbox_;
  loop::Bell relay_bell_;
  base::SystemRandom random_;
  Shard shard_;
  loop::Timer timer_;
  loop::Intake intake_;
  loop::EgressGroups egress_;
  StageLatencies latencies_;
  unsigned batches_ = 0;
  std::optional<base::Duration> sending_;  // within the batch that is measured
  std::vector<std::unique_ptr<loop::UdpPort>> ports_;         // by index; first those for all sessions
  std::vector<std::unique_ptr<loop::UdpPort>> closed_ports_;  // until the loop is out of them
  std::unordered_map<std::uint16_t, std::unique_ptr<StreamPort>> streams_;  // by index
  std::vector<std::unique_ptr<StreamPort>> closed_streams_;
  // Of interfaces, on or off: a port whose address is gone waits for it to come back.
  std::vector<MediaPort> shared_ports_;
  std::vector<MediaPort> shared_streams_;
  std::uint16_t shared_count_ = 0;    // indices that they have
  std::uint16_t shared_number_ = 0;   // of the newest one: the next is to have the same where it is free
  std::unique_ptr<loop::InterfaceWatch> interface_watch_;
  std::uint16_t next_number_ = 0;  // in minPort…maxPort, for the next session's port
  std::thread thread_;
};

}  // namespace kaskado::pipeline
