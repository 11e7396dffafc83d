#include "pipeline/shard_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>

#include "loop/interfaces.hpp"
#include "pipeline/log.hpp"

namespace kaskado::pipeline {

namespace {

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
                                                              ObjectRegistry::EventSink sink) {
  std::unique_ptr<ShardThread> shard(new ShardThread(index, std::move(configuration), std::move(sink)));
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
                         ObjectRegistry::EventSink sink)
    : index_(index),
      configuration_(std::move(configuration)),
      mailbox_(loop_),
      shard_(*configuration_, random_, loop::clock_anchor(), std::move(sink), [this](base::Outbox&) { flush(); }),
      timer_(loop_, [this] { shard_.advance(loop::monotonic_now()); }) {
  loop_.after_each_round([this] {
    flush();
    if (shard_.deadline() != timer_.armed_for()) timer_.arm(shard_.deadline());
  });
}

ShardThread::~ShardThread() {
  if (thread_.joinable()) {
    mailbox_.post_last([this] { stop(); });
    thread_.join();
  }
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
  ports_.clear();
  timer_.arm(base::kNever);
  mailbox_.close();
  loop_.stop();
}

bool ShardThread::post(Command command, Failure on_failure) {
  return mailbox_.post([this, command = std::move(command), on_failure = std::move(on_failure)] {
    shard_.set_now(loop::monotonic_now());
    // One client's command must not end everybody's sessions.
    try {
      command(shard_);
    } catch (const std::exception& failure) {
      LOG_ERROR(log, "shard %d: a command failed: %s", index_, failure.what());
      on_failure(shard_);
    }
  });
}

base::Result<void> ShardThread::open_ports() {
  // All addresses of a shard share one port number where they can: it is easier to open in a firewall.
  std::uint16_t port = configuration_->min_port
                           ? static_cast<std::uint16_t>(std::min<int>(configuration_->min_port + index_, configuration_->max_port))
                           : std::uint16_t{0};
  for (const loop::InterfaceAddress& address : loop::interface_addresses()) {
    if (!wanted(address, *configuration_) || ports_.size() == 255) continue;
    const auto port_index = static_cast<std::uint8_t>(ports_.size());
    auto opened = loop::UdpPort::open(loop_, address.address.with_port(port), port_index, shard_.packets(), *this);
    while (!opened && configuration_->min_port && port < configuration_->max_port) {
      ++port;
      opened = loop::UdpPort::open(loop_, address.address.with_port(port), port_index, shard_.packets(), *this);
    }
    if (!opened && !configuration_->min_port) {
      opened = loop::UdpPort::open(loop_, address.address, port_index, shard_.packets(), *this);
    }
    if (!opened) {
      LOG_WARNING(log, "%s; no candidates from %s", opened.error().message.c_str(), address.interface.c_str());
      continue;
    }
    ports_.push_back(std::move(opened).value());
    port = ports_.back()->local().port();
    shard_.add_port({port_index, address.interface, ports_.back()->local()});
    LOG_INFO(log, "shard %d: media on %s (%s)", index_, ports_.back()->local().text().c_str(), address.interface.c_str());
  }
  if (ports_.empty()) {
    return base::Error{"no media port could be opened: check minPort, maxPort and networkInterfaces against the machine's interfaces"};
  }
  return {};
}

void ShardThread::on_batch(std::uint8_t port_index, std::span<loop::ReceivedDatagram> batch, base::Instant now) {
  shard_.on_batch(port_index, batch, now);
  flush();
}

void ShardThread::flush() {
  base::Outbox& outbox = shard_.outbox();
  if (outbox.empty()) return;
  for (const auto& port : ports_) port->send(outbox);
  outbox.clear();
}

}  // namespace kaskado::pipeline
