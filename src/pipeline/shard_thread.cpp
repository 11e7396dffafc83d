#include "pipeline/shard_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>

#include "loop/interfaces.hpp"
#include "pipeline/log.hpp"

namespace kaskado::pipeline {

namespace {

constexpr std::uint16_t kMostSharedPorts = 255;
// What a port may cost others, in system calls, where most numbers are taken.
constexpr int kMostTries = 256;

bool wanted(const loop::InterfaceAddress& address, const MediaConfiguration& configuration) {
  // Link-local addresses need a scope that a candidate cannot carry (RFC 8445 §5.1.1.1).
  if (address.address.is_link_local()) return false;
  const auto& names = configuration.network_interfaces;
  if (address.address.is_loopback() && configuration.offer_loopback) return true;
  if (names.empty()) return !address.address.is_loopback();
  return std::ranges::find(names, address.interface) != names.end();
}

}  // namespace

base::Result<std::unique_ptr<ShardThread>> ShardThread::start(int index, int core,
                                                              std::shared_ptr<const MediaConfiguration> configuration,
                                                              ShardListener listener, ShardSurroundings surroundings) {
  std::unique_ptr<ShardThread> shard(
      new ShardThread(index, std::move(configuration), std::move(listener), std::move(surroundings)));
  if (auto opened = shard->open_ports(); !opened) return std::move(opened).error();
  shard->thread_ = std::thread([self = shard.get(), core] {
    const std::string name = "shard-" + std::to_string(self->index_);
    pthread_setname_np(pthread_self(), name.c_str());
    if (core >= 0) {
      cpu_set_t cores;
      CPU_ZERO(&cores);
      CPU_SET(static_cast<unsigned>(core), &cores);
      // Where the process may not run on that core, the kernel's choice is as good.
      pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
    }
    self->loop_.run();
  });
  return shard;
}

ShardThread::ShardThread(int index, std::shared_ptr<const MediaConfiguration> configuration,
                         ShardListener listener, ShardSurroundings surroundings)
    : index_(index),
      after_round_(std::move(listener.after_round)),
      configuration_(std::move(configuration)),
      mailbox_(loop_),
      relay_bell_(loop_, [this] { timed(Stage::relayed, [this](base::Instant now) { shard_.take_relayed(now); }); }),
      shard_(*configuration_, random_, loop::clock_anchor(), std::move(listener.on_event), [this](base::Outbox&) { flush(); },
             {.open = [this](std::uint16_t port, const auto& address) { return open_session_port(port, address); },
              .close = [this](std::uint16_t port) { close_port(port); },
              .set_multicast_hops = [this](std::uint16_t port, std::uint8_t hops) { ports_[port]->set_multicast_hops(hops); },
              .source_for = &loop::source_address,
              .open_stream = [this](std::uint16_t port, const auto& address,
                                    transport::StreamUse use) { open_session_stream(port, address, use); }}),
      timer_(loop_, [this] { timed(Stage::timers, [this](base::Instant now) { shard_.advance(now); }); }),
      intake_(loop_, shard_.packets(), random_.u64(), *this),
      egress_(Shard::kOutboxSlots) {
  egress_.make_room(SessionPorts::kMost + kMostSharedPorts);  // also for indices that no socket has
  shard_.demux() = transport::Demux(random_.u64());  // a seed that peers cannot know
  if (surroundings.network) shard_.join(*surroundings.network, static_cast<std::size_t>(index));
  shard_.give_compute({.executor = std::move(surroundings.compute),
                       .io = std::move(surroundings.io),
                       .uploader = std::move(surroundings.uploader),
                       .post_back = [this](Command task) { return post(std::move(task)); },
                       .clock = &loop::monotonic_now});
  shard_.reach_by([this](Command command) { post_always(std::move(command)); });
  loop_.coalesce(configuration_->max_coalescing_delay);
  loop_.after_each_round([this] {
    flush();
    closed_ports_.clear();
    closed_streams_.clear();
    if (shard_.deadline() != timer_.armed_for()) timer_.arm(shard_.deadline());
    after_round_();
  });
}

ShardThread::~ShardThread() { end(); }

void ShardThread::end() {
  if (!thread_.joinable()) return;
  mailbox_.post_always([this] { stop(); });
  thread_.join();
}

// What operators look for first when media does not come through.
void ShardThread::log_drops() {
  std::string counted;
  for (std::size_t i = 1; i < base::kDropReasonCount; ++i) {
    const auto reason = static_cast<base::DropReason>(i);
    const std::uint64_t count = shard_.drops().of(reason);
    if (count) counted.append(" ").append(base::to_string(reason)).append(" ").append(std::to_string(count));
  }
  if (!counted.empty()) LOG_INFO(log, "shard %d: dropped:%s", index_, counted.c_str());
}

void ShardThread::stop() {
  shard_.set_now(loop::monotonic_now());
  shard_.release_all();
  log_drops();
  flush();
  for (const auto& port : ports_) {
    if (port) port->stop_reading();
  }
  for (const auto& [index, stream] : streams_) stream->stop_reading();
  ports_.clear();
  closed_ports_.clear();
  streams_.clear();
  closed_streams_.clear();
  timer_.arm(base::kNever);
  interface_watch_.reset();
  relay_bell_.close();
  mailbox_.close();
  loop_.stop();
}

bool ShardThread::post(Command command, Failure on_failure) {
  return mailbox_.post([this, command = std::move(command), on_failure = std::move(on_failure)] {
    run(command, on_failure);
  });
}

bool ShardThread::post_always(Command command) {
  return mailbox_.post_always([this, command = std::move(command)] { run(command, [](Shard&) {}); });
}

void ShardThread::run(const Command& command, const Failure& on_failure) {
  timed(Stage::command, [&](base::Instant now) {
    shard_.set_now(now);
    // One client's command must not end everybody's sessions.
    try {
      command(shard_);
    } catch (const std::exception& failure) {
      LOG_ERROR(log, "shard %d: a command failed: %s", index_, failure.what());
      on_failure(shard_);
    }
  });
}

// The work is given the time at which it begins.
template <typename Work>
void ShardThread::timed(Stage stage, Work work) {
  const base::Instant start = loop::monotonic_now();
  work(start);
  latencies_[static_cast<std::size_t>(stage)].record(loop::monotonic_now() - start);
}

ShardStatistics ShardThread::statistics() const {
  ShardStatistics told{.shard = static_cast<std::size_t>(index_),
                       .processor_time = processor_time(),
                       .sessions = shard_.sessions(),
                       .objects = shard_.objects().size(),
                       .packets_in_use = shard_.packets().in_use(),
                       .max_packets = shard_.packets().max_packets(),
                       .drops = shard_.drops(),
                       .fec = shard_.fec_counters(),
                       .latencies = latencies_};
  for (const auto& port : ports_) {
    if (port) told.udp += port->counters();
  }
  return told;
}

base::Duration ShardThread::processor_time() const {
  clockid_t clock{};
  timespec used{};
  if (pthread_getcpuclockid(const_cast<std::thread&>(thread_).native_handle(), &clock) != 0) return {};
  clock_gettime(clock, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

base::Result<void> ShardThread::open_ports() {
  // All addresses of a shard share one port number where they can: it is easier to open in a firewall.
  shared_number_ = configuration_->min_port
                       ? static_cast<std::uint16_t>(std::min<int>(configuration_->min_port + index_, configuration_->max_port))
                       : std::uint16_t{0};
  for (const loop::InterfaceAddress& address : loop::interface_addresses()) {
    if (wanted(address, *configuration_)) open_shared_port(address);
  }
  // Of the numbers that UDP has, where they are free.
  if (configuration_->ice_tcp) {
    for (const MediaPort& port : std::vector(shared_ports_)) open_stream_port(port);
  }
  next_number_ = shared_number_;
  if (ports_.empty()) {
    return base::Error{"no media port could be opened: check minPort, maxPort and networkInterfaces against the machine's interfaces"};
  }
  shard_.reserve_ports(kMostSharedPorts);
  interface_watch_ = loop::InterfaceWatch::open(loop_, [this] { follow_interfaces(); });
  return {};
}

std::optional<MediaPort> ShardThread::open_shared_port(const loop::InterfaceAddress& address) {
  if (shared_count_ == kMostSharedPorts) return std::nullopt;
  const std::uint16_t port_index = shared_count_;
  std::uint16_t port = shared_number_;
  auto opened = open_port(port_index, address.address.with_port(port));
  // An address that is not ready yet is refused with every number.
  for (int tries = 1; !opened && configuration_->min_port && port < configuration_->max_port && tries < kMostTries; ++tries) {
    ++port;
    opened = open_port(port_index, address.address.with_port(port));
  }
  if (!opened && !configuration_->min_port) opened = open_port(port_index, address.address);
  if (!opened) {
    LOG_WARNING(log, "%s; no candidates from %s", opened.error().message.c_str(), address.interface.c_str());
    return std::nullopt;
  }
  ++shared_count_;
  shared_number_ = opened->port();
  shared_ports_.push_back({port_index, address.interface, *opened});
  shard_.add_port(shared_ports_.back());
  LOG_INFO(log, "shard %d: media on %s (%s)", index_, opened->text().c_str(), address.interface.c_str());
  return shared_ports_.back();
}

// Where none is to be had there are no TCP candidates, which is no reason not to serve.
void ShardThread::open_stream_port(const MediaPort& beside) {
  if (shared_count_ == kMostSharedPorts) return;
  const std::uint16_t index = shared_count_;
  auto opened = StreamPort::listen(loop_, beside.local, index, shard_.packets(), *this);
  if (!opened && !configuration_->min_port) opened = StreamPort::listen(loop_, beside.local.with_port(0), index, shard_.packets(), *this);
  if (!opened) {
    LOG_WARNING(log, "%s; no TCP candidates from %s", opened.error().message.c_str(), beside.interface.c_str());
    return;
  }
  ++shared_count_;
  shared_streams_.push_back({index, beside.interface, (*opened)->local()});
  shard_.add_stream_port(shared_streams_.back());
  streams_[index] = std::move(opened).value();
}

// Addresses have come or gone: candidates are made of those that are there.
void ShardThread::follow_interfaces() {
  std::vector<loop::InterfaceAddress> present = loop::interface_addresses();
  std::erase_if(present, [&](const auto& address) { return !wanted(address, *configuration_); });
  const auto is_present = [&](const MediaPort& port) {
    return std::ranges::find(present, port.local.with_port(0), &loop::InterfaceAddress::address) != present.end();
  };
  bool changed = false;
  const auto settle = [&](const MediaPort& port, const std::vector<MediaPort>& offered, auto add) {
    const bool is_offered = std::ranges::find(offered, port.index, &MediaPort::index) != offered.end();
    if (is_offered == is_present(port)) return;
    changed = true;
    if (is_offered) {
      shard_.retire_port(port.index);
      LOG_INFO(log, "shard %d: %s is gone", index_, port.local.text().c_str());
    } else {
      add(port);
    }
  };
  for (const MediaPort& port : shared_ports_) settle(port, shard_.ports(), [this](const MediaPort& back) { shard_.add_port(back); });
  for (const MediaPort& port : shared_streams_)
    settle(port, shard_.stream_ports(), [this](const MediaPort& back) { shard_.add_stream_port(back); });
  for (const loop::InterfaceAddress& address : present) {
    const auto is_known = [&](const MediaPort& port) { return port.local.with_port(0) == address.address; };
    if (std::ranges::any_of(shared_ports_, is_known)) continue;
    const auto opened = open_shared_port(address);
    changed |= opened.has_value();
    if (opened && configuration_->ice_tcp) open_stream_port(*opened);
  }
  if (changed) shard_.tell_ports_changed(loop::monotonic_now());
}

void ShardThread::open_session_stream(std::uint16_t index, const base::SocketAddress& address, transport::StreamUse use) {
  streams_[index] = StreamPort::connect_on_demand(loop_, address, use, index, shard_.packets(), *this);
}

void ShardThread::on_stream_end(std::uint16_t port_index, const base::SocketAddress& remote, base::Instant now) {
  shard_.on_stream_end({port_index, remote}, now);
  flush();
}

base::Result<base::SocketAddress> ShardThread::open_port(std::uint16_t index, const base::SocketAddress& address) {
  auto opened = loop::UdpPort::open(loop_, address, index, intake_);
  if (!opened) return std::move(opened).error();
  if (index >= ports_.size()) ports_.resize(std::size_t{index} + 1);
  ports_[index] = std::move(opened).value();
  egress_.make_room(index);
  return ports_[index]->local();
}

// Numbers are tried in turn, from behind the last one that was taken, so that the next is mostly free.
base::Result<base::SocketAddress> ShardThread::open_session_port(std::uint16_t index,
                                                                 const base::SocketAddress& address) {
  if (!configuration_->min_port) return open_port(index, address);
  if (address.port() != 0) {
    const bool in_range = address.port() >= configuration_->min_port && address.port() <= configuration_->max_port;
    return in_range ? open_port(index, address) : base::Error{"port " + address.text() + " is not in minPort…maxPort"};
  }
  const int numbers = configuration_->max_port - configuration_->min_port + 1;
  for (int tries = 0; tries < std::min(numbers, kMostTries); ++tries) {
    next_number_ = next_number_ >= configuration_->max_port ? configuration_->min_port
                                                            : static_cast<std::uint16_t>(next_number_ + 1);
    if (auto opened = open_port(index, address.with_port(next_number_))) return opened;
  }
  return base::Error{"no port number that was tried in minPort…maxPort is free on " + address.ip_text()};
}

// It may be the one whose datagrams are being worked on.
void ShardThread::close_port(std::uint16_t index) {
  if (auto stream = streams_.extract(index)) {
    stream.mapped()->stop_reading();
    closed_streams_.push_back(std::move(stream.mapped()));
    return;
  }
  ports_[index]->stop_reading();
  closed_ports_.push_back(std::move(ports_[index]));
}

void ShardThread::on_batch(std::uint16_t port_index, std::span<loop::ReceivedDatagram> batch, base::Instant now) {
  constexpr unsigned kMeasured = 16;  // one batch of so many
  if (++batches_ % kMeasured != 0) {
    shard_.on_batch(port_index, batch, now);
    return flush();
  }
  sending_ = base::Duration{0};
  const base::Instant read = batch.front().packet->arrived;
  const base::Instant start = loop::monotonic_now();
  shard_.on_batch(port_index, batch, now);
  flush();
  const base::Instant end = loop::monotonic_now();
  const base::Duration sending = *std::exchange(sending_, std::nullopt);
  latencies_[static_cast<std::size_t>(Stage::batch)].record(end - read);
  latencies_[static_cast<std::size_t>(Stage::forward)].record(end - start - sending);
  latencies_[static_cast<std::size_t>(Stage::send)].record(sending);
}

void ShardThread::flush() {
  base::Outbox& outbox = shard_.outbox();
  if (outbox.empty()) return;
  shard_.carry_relayed();
  const base::Instant start = sending_ ? loop::monotonic_now() : base::Instant{};
  egress_.for_each(outbox.pending(), [&](std::uint16_t index, std::span<const base::Egress> pending) {
    if (index < ports_.size() && ports_[index]) return ports_[index]->send(outbox, pending);
    if (const auto stream = streams_.find(index); stream != streams_.end()) stream->second->send(outbox, pending);
  });
  outbox.clear();
  if (sending_) *sending_ += loop::monotonic_now() - start;
}

}  // namespace kaskado::pipeline
