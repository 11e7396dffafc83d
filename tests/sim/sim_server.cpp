#include "sim_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <utility>

#include "certificates.hpp"
#include "elements/api.hpp"
#include "pipeline/api.hpp"

namespace kaskado::sim {

using pipeline::Value;

namespace {

pipeline::MediaConfiguration configuration() {
  pipeline::MediaConfiguration configuration;
  configuration.certificates.ecdsa = test_certificate(0);
  // Made by the first who asks for it, since it takes long.
  static const std::shared_future<std::shared_ptr<const dtls::Certificate>> rsa =
      std::async(std::launch::deferred, rsa_certificate).share();
  configuration.certificates.rsa = rsa;
  return configuration;
}

// The member that tells one event of a name from another.
std::string what_changed(const pipeline::Object& data) {
  for (const char* name : {"state", "newState"}) {
    if (const Value* value = data.find(name)) return value->string() ? " " + *value->string() : "";
  }
  return "";
}

std::string media_type_of(const pipeline::Object& data) {
  const Value* value = data.find("mediaType");
  return value && value->string() ? " " + *value->string() : "";
}

}  // namespace

SimServer::SimServer(VirtualNetwork& network, std::uint64_t seed, std::vector<SocketAddress> addresses)
    : network_(network),
      addresses_(std::move(addresses)),
      random_(seed),
      configuration_(configuration()),
      shard_(
          configuration_, random_, {network.now(), wall_time_at(network.now())},
          [this](pipeline::Event event) { note(event); }, [this](base::Outbox& outbox) { flush(outbox); },
          {.open = [this](std::uint16_t index,
                          const SocketAddress& address) { return open_port(index, address); },
           .close = [this](std::uint16_t index) { close_port(index); }}) {
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const auto index = static_cast<std::uint16_t>(i);
    ports_[index] = addresses_[i];
    shard_.add_port({index, "virt0", addresses_[i]});
  }
  constexpr LinkShape kPerfect{.delay = 0ms};
  network_.join(*this, addresses_, kPerfect, kPerfect);
}

SimServer::~SimServer() {
  network_.leave(*this);
}

std::string SimServer::make_pipeline() {
  const std::string id = "pipeline" + std::to_string(++last_object_);
  const auto made = shard_.objects().create(pipeline::kMediaPipelineClass, id, {});
  EXPECT_TRUE(made.ok());
  return id;
}

std::string SimServer::make_endpoint(const std::string& pipeline, const char* key_type,
                                     bool use_data_channels) {
  const std::string id = "endpoint" + std::to_string(++last_object_);
  shard_.set_now(network_.now());
  const auto made = shard_.objects().create(elements::kWebRtcEndpointClass, id,
                                            {Value(pipeline), false, false, use_data_channels, key_type, "NO_VALUE"});
  EXPECT_TRUE(made.ok()) << made.error().message;
  return id;
}

std::string SimServer::make(const pipeline::ClassInfo& info, pipeline::Arguments arguments) {
  const std::string id = "object" + std::to_string(++last_object_);
  shard_.set_now(network_.now());
  const auto made = shard_.objects().create(info, id, std::move(arguments));
  EXPECT_TRUE(made.ok()) << made.error().message;
  return id;
}

pipeline::ApiResult<Value> SimServer::try_call(const std::string& object, const std::string& operation,
                                               pipeline::Arguments arguments) {
  const pipeline::MediaObject* found = shard_.objects().find(object);
  const pipeline::OperationInfo* info = found ? found->info().find_operation(operation) : nullptr;
  if (!info)
    return pipeline::ApiError{pipeline::ErrorCode::MEDIA_OBJECT_METHOD_NOT_FOUND, object + "." + operation};
  arguments.resize(std::max(arguments.size(), info->parameters.size()));
  shard_.set_now(network_.now());
  auto result = shard_.objects().invoke(object, *info, arguments);
  flush(shard_.outbox());
  return result;
}

Value SimServer::call(const std::string& object, const std::string& operation,
                      pipeline::Arguments arguments) {
  auto result = try_call(object, operation, std::move(arguments));
  EXPECT_TRUE(result.ok()) << object << "." << operation << ": " << result.error().message;
  return result.ok() ? std::move(result).value() : Value();
}

void SimServer::add_candidate(const std::string& endpoint, const std::string& candidate,
                              const std::string& mid) {
  pipeline::Object told;
  told.set("candidate", candidate);
  told.set("sdpMid", mid);
  told.set("sdpMLineIndex", 0);
  call(endpoint, "addIceCandidate", {told});
}

void SimServer::release(const std::string& object) {
  shard_.set_now(network_.now());
  shard_.objects().release(object);
  flush(shard_.outbox());
}

void SimServer::note(const pipeline::Event& event) {
  events_.push_back(event);
  const auto listener = on_candidate.find(event.source);
  if (event.info->name != "IceCandidateFound" || listener == on_candidate.end()) return;
  listener->second(*event.data.find("candidate")->object()->find("candidate")->string());
}

std::vector<std::string> SimServer::events_of(const std::string& object,
                                              const std::vector<std::string>& names) const {
  std::vector<std::string> told;
  for (const pipeline::Event& event : events_) {
    const std::string name(event.info->name);
    if (event.source != object || (!names.empty() && std::ranges::find(names, name) == names.end())) continue;
    told.push_back(name + what_changed(event.data) + media_type_of(event.data));
  }
  return told;
}

base::Result<SocketAddress> SimServer::open_port(std::uint16_t index, const SocketAddress& address) {
  if (out_of_ports) return base::Error{"out of ports"};
  EXPECT_FALSE(ports_.contains(index)) << "an index that is in use";
  const SocketAddress bound = address.with_port(++last_port_number_);
  ports_[index] = bound;
  network_.add_address(*this, bound);
  most_open_ports_ = std::max(most_open_ports_, open_ports());
  return bound;
}

void SimServer::close_port(std::uint16_t index) {
  EXPECT_TRUE(shard_.outbox().empty()) << "the goodbyes are on their way";
  network_.remove_address(ports_.at(index));
  ports_.erase(index);
}

void SimServer::receive(std::span<Datagram> batch, Instant now) {
  // As the sockets give them: one batch a port, no longer than theirs.
  while (!batch.empty()) {
    std::size_t run = 1;
    while (run < batch.size() && run < loop::SenderQueues::kBatch && batch[run].to == batch[0].to) ++run;
    const auto port = std::ranges::find(ports_, batch[0].to, [](const auto& entry) { return entry.second; });
    if (port != ports_.end()) receive_run(port->first, batch.first(run), now);  // or it has been closed
    batch = batch.subspan(run);
  }
}

void SimServer::receive_run(std::uint16_t port_index, std::span<Datagram> run, Instant now) {
  std::vector<loop::ReceivedDatagram> received;
  for (const Datagram& datagram : run) {
    base::PacketRef packet = shard_.packets().acquire();
    ASSERT_TRUE(packet) << "the pool is empty";
    ASSERT_LE(datagram.bytes.size(), base::kMaxDatagramBytes);
    std::ranges::copy(datagram.bytes, packet->bytes);
    packet->length = static_cast<std::uint16_t>(datagram.bytes.size());
    packet->arrived = now;
    received.push_back({std::move(packet), datagram.from});
  }
  shard_.on_batch(port_index, received, now);
  flush(shard_.outbox());
}

void SimServer::advance(Instant now) {
  ++wake_ups_;
  shard_.advance(now);
  flush(shard_.outbox());
}

void SimServer::flush(base::Outbox& outbox) {
  shard_.carry_relayed();
  for (const base::Egress& egress : outbox.pending()) {
    network_.send(ports_.at(egress.path.port_index), egress.path.remote, std::as_const(outbox).bytes(egress));
  }
  outbox.clear();
}

}  // namespace kaskado::sim
