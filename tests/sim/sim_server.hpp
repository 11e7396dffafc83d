// A whole media server of one shard in the virtual network: its objects are made and called as the control
// plane does it, and its sockets are addresses of the network.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/shard.hpp"
#include "virtual_network.hpp"

namespace kaskado::sim {

class SimServer final : public Host {
 public:
  SimServer(VirtualNetwork& network, std::uint64_t seed, std::vector<SocketAddress> addresses);
  ~SimServer() override;
  SimServer(const SimServer&) = delete;

  std::string make_pipeline();
  std::string make_endpoint(const std::string& pipeline, const char* key_type = "ECDSA",
                            bool use_data_channels = false);
  std::string make(const pipeline::ClassInfo& info, pipeline::Arguments arguments);
  // Of the operation's name as clients write it. The first form must succeed.
  pipeline::Value call(const std::string& object, const std::string& operation,
                       pipeline::Arguments arguments = {});
  pipeline::ApiResult<pipeline::Value> try_call(const std::string& object, const std::string& operation,
                                                pipeline::Arguments arguments = {});
  void connect(const std::string& source, const std::string& sink) {
    call(source, "connect", {sink, {}, {}, {}});
  }
  void add_candidate(const std::string& endpoint, const std::string& candidate, const std::string& mid);
  void release(const std::string& object);

  // What an object told, in order: "IceComponentStateChanged READY". Only of the names given, if any are.
  std::vector<std::string> events_of(const std::string& object,
                                     const std::vector<std::string>& names = {}) const;
  void forget_events() { events_.clear(); }
  // By endpoint: told of each candidate that it finds.
  std::map<std::string, std::function<void(const std::string& candidate)>> on_candidate;

  pipeline::Shard& shard() { return shard_; }
  std::uint64_t wake_ups() const { return wake_ups_; }
  base::DropCounters& drops() { return shard_.drops(); }
  const std::vector<SocketAddress>& addresses() const { return addresses_; }
  // Those that sessions have to themselves, at the most that were open at once.
  std::size_t open_ports() const { return ports_.size() - addresses_.size(); }
  std::size_t most_open_ports() const { return most_open_ports_; }
  // No more of them can be opened.
  bool out_of_ports = false;

  void receive(std::span<Datagram> batch, Instant now) override;
  void advance(Instant now) override;
  Instant deadline() const override { return shard_.deadline(); }

 private:
  void note(const pipeline::Event& event);
  void flush(base::Outbox& outbox);
  base::Result<SocketAddress> open_port(std::uint16_t index, const SocketAddress& address);
  void close_port(std::uint16_t index);
  void receive_run(std::uint16_t port_index, std::span<Datagram> run, Instant now);

  VirtualNetwork& network_;
  std::vector<SocketAddress> addresses_;
  std::map<std::uint16_t, SocketAddress> ports_;  // by index
  std::uint16_t last_port_number_ = 50'000;
  std::size_t most_open_ports_ = 0;
  base::SeededRandom random_;
  pipeline::MediaConfiguration configuration_;
  std::vector<pipeline::Event> events_;
  std::uint64_t wake_ups_ = 0;
  int last_object_ = 0;
  pipeline::Shard shard_;
};

}  // namespace kaskado::sim
