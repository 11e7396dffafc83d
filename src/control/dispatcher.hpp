// From messages to methods, and from their answers to messages.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "control/call.hpp"
#include "control/methods/methods.hpp"
#include "control/settings.hpp"

namespace kaskado::control {

class Dispatcher {
 public:
  Dispatcher(const ControlSettings& settings, Context& context, Outlet& outlet)
      : settings_(settings), context_(context), outlet_(outlet) {}

  // Every request in the message is answered, at once or later.
  void receive(ConnectionId connection, std::string_view message);
  void disconnected(ConnectionId connection);
  // Answers what has waited for too long.
  void advance();

  std::size_t waiting() const { return waiting_.size(); }

 private:
  using Send = std::function<void(std::string response)>;
  // What a request takes of its connection's and its session's allowance.
  struct Cost {
    std::uint64_t bytes;
    std::uint64_t requests;
  };

  void receive_batch(ConnectionId connection, const pipeline::Array& requests, std::size_t bytes);
  void receive_one(ConnectionId connection, const pipeline::Value& json, std::size_t bytes, Send send);
  void dispatch(ConnectionId connection, RpcRequest request, std::size_t bytes, Deliver deliver);
  // Takes the cost, or says which allowance is used up.
  pipeline::ApiResult<void> charge(ConnectionId connection, Session* session, Cost cost);
  pipeline::ApiResult<void> charge(RequestAllowance& allowance, const char* whose, Cost cost) const;
  void run(ConnectionId connection, const Method& method, RpcRequest request, Respond respond);
  Session* session_of(ConnectionId connection, const RpcRequest& request) const;
  void answered(ConnectionId connection);

  struct Waiting {
    base::Instant deadline;
    std::weak_ptr<Call> call;
  };

  const ControlSettings& settings_;
  Context& context_;
  Outlet& outlet_;
  std::deque<Waiting> waiting_;  // in the order of their deadlines
  std::unordered_map<ConnectionId, std::size_t> unanswered_;
  std::unordered_map<ConnectionId, RequestAllowance> allowances_;  // where there are quotas
};

}  // namespace kaskado::control
