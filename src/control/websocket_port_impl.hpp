// What serves one port, over either of the library's configurations. For websocket_plain.cpp and
// websocket_secure.cpp.
#pragma once

#include "control/websocket_asio.hpp"

#include <cerrno>
#include <map>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "control/websocket_port.hpp"

namespace kaskado::control {

template <typename Config>
class PortOf : public WebSocketPort, private ConnectionWatch {
 protected:
  using Endpoint = websocketpp::server<Config>;
  using Connection = typename Endpoint::connection_type;
  using ConnectionPtr = typename Endpoint::connection_ptr;
  using Handle = websocketpp::connection_hdl;

 public:
  PortOf(PortShare& share, std::uint16_t port) : share_(share), wanted_port_(port), pause_timer_(share.io) {
    const WebSocketOptions& options = share.options;
    endpoint_.init_asio(&share.io);
    endpoint_.set_reuse_addr(true);
    endpoint_.set_listen_backlog(options.backlog);
    endpoint_.set_user_agent("Kaskado");
    endpoint_.set_max_message_size(options.max_message_bytes);
    endpoint_.set_open_handshake_timeout(milliseconds(options.handshake_timeout));
    endpoint_.set_close_handshake_timeout(milliseconds(options.close_timeout));
    endpoint_.set_pong_timeout(milliseconds(options.pong_timeout));
    set_handlers();
  }
  ~PortOf() override {
    for (auto& [id, weak] : connections_) {
      if (const ConnectionPtr connection = weak.lock()) connection->watch = nullptr;
    }
  }

  std::string listen() override {
    const WebSocketOptions& options = share_.options;
    asio::error_code error;
    const asio::ip::address address = asio::ip::make_address(options.address, error);
    if (error) return "'" + options.address + "' is no IPv4 or IPv6 address to listen on";
    websocketpp::lib::error_code failed;
    endpoint_.listen(asio::ip::tcp::endpoint(address, wanted_port_), failed);
    if (!failed) return {};
    const std::string where = "port " + std::to_string(wanted_port_) + " on " + options.address;
    if (failed == asio::error::address_in_use) {
      return where + " is taken: another server runs there, or choose another port";
    }
    return "cannot listen on " + where + ": " + failed.message();
  }

  std::uint16_t number() const override {
    asio::error_code error;
    return const_cast<Endpoint&>(endpoint_).get_local_endpoint(error).port();
  }

  void begin() override { accept_next(); }

  bool send(ConnectionId id, const std::string& text) override {
    const ConnectionPtr connection = find(id);
    if (!connection) return false;
    if (connection->get_state() != websocketpp::session::state::open) return true;
    if (connection->get_buffered_amount() + text.size() > share_.options.max_send_buffer_bytes) {
      ++share_.counters.too_slow;
      LOG_WARNING(log_, "closing %s: more than %zu bytes wait for it to read", peer(*connection).c_str(),
                  share_.options.max_send_buffer_bytes);
      close(*connection, websocketpp::close::status::policy_violation, "Too slow");
    } else if (!send_text(*connection, text)) {
      ++share_.counters.messages_out;
    }
    return true;
  }

  void ping_all(ConnectionId last_old) override {
    for (const ConnectionPtr& connection : all()) {
      websocketpp::lib::error_code ignored;
      if (connection->is_open) {
        connection->ping("", ignored);
      } else if (connection->id <= last_old) {
        cut(*connection);
      }
    }
  }

  void begin_stop() override {
    websocketpp::lib::error_code ignored;
    endpoint_.stop_listening(ignored);
    pause_timer_.cancel();
    for (const ConnectionPtr& connection : all()) {
      if (connection->is_open) {
        close(*connection, websocketpp::close::status::going_away, "The server is going away");
      } else {
        cut(*connection);
      }
    }
  }

 protected:
  // A first byte that this port can do nothing with: what is said to whoever sent it, as it goes onto the
  // wire. Empty where it is welcome, and a lone zero byte where nothing is to be said.
  virtual std::string refusal_of(unsigned char first_byte) const = 0;

  Endpoint& endpoint() { return endpoint_; }

 private:
  static constexpr std::chrono::milliseconds kAcceptPause{100};

  static long milliseconds(std::chrono::milliseconds time) { return static_cast<long>(time.count()); }
  static std::string peer(Connection& connection) { return connection.get_remote_endpoint(); }

  static void close(Connection& connection, websocketpp::close::status::value code, const char* reason) {
    websocketpp::lib::error_code ignored;
    connection.close(code, reason, ignored);
  }

  static void cut(Connection& connection) {
    asio::error_code ignored;
    connection.get_raw_socket().close(ignored);
  }

  static bool is_ascii(const std::string& text) {
    unsigned char all = 0;
    for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
    return all < 0x80;
  }

  // The library looks at each byte of a text for whether it is UTF-8, and copies it once more. Most texts are
  // ASCII and need neither: they are given as the frame that they are (RFC 6455 §5.2: final, not masked).
  static websocketpp::lib::error_code send_text(Connection& connection, const std::string& text) {
    constexpr auto kText = websocketpp::frame::opcode::text;
    if (!is_ascii(text)) return connection.send(text, kText);
    const auto message = connection.get_message(kText, text.size());
    message->set_payload(text);
    message->set_header(
        websocketpp::frame::prepare_header(websocketpp::frame::basic_header(kText, text.size(), true, false),
                                           websocketpp::frame::extended_header(text.size())));
    message->set_prepared(true);
    return connection.send(message);
  }

  ConnectionPtr find(ConnectionId id) const {
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : found->second.lock();
  }

  std::vector<ConnectionPtr> all() const {
    std::vector<ConnectionPtr> all;
    for (const auto& [id, weak] : connections_) {
      if (ConnectionPtr connection = weak.lock()) all.push_back(std::move(connection));
    }
    return all;
  }

  void set_handlers() {
    endpoint_.set_validate_handler(
        [this](Handle handle) { return is_wanted(*endpoint_.get_con_from_hdl(handle)); });
    endpoint_.set_open_handler([this](Handle handle) { on_open(*endpoint_.get_con_from_hdl(handle)); });
    endpoint_.set_message_handler([this](Handle handle, const typename Endpoint::message_ptr& message) {
      ++share_.counters.messages_in;
      share_.handler.received(endpoint_.get_con_from_hdl(handle)->id, message->get_payload());
    });
    endpoint_.set_close_handler([this](Handle handle) {
      const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
      if (std::exchange(connection->is_open, false)) share_.handler.closed(connection->id);
    });
    endpoint_.set_pong_timeout_handler([this](Handle handle, const std::string&) {
      const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
      LOG_INFO(log_, "%s does not answer pings", peer(*connection).c_str());
      cut(*connection);
    });
    endpoint_.set_http_handler([this](Handle handle) { on_http(endpoint_.get_con_from_hdl(handle)); });
  }

  // Its own loop: the library's would spin where the process has run out of descriptors.
  void accept_next() {
    if (!endpoint_.is_listening()) return;
    const ConnectionPtr connection = endpoint_.get_connection();
    if (!connection) return pause();  // as where its TLS could not be set up
    websocketpp::lib::error_code failed;
    endpoint_.async_accept(
        connection,
        [this, connection](const websocketpp::lib::error_code& error) { accepted(connection, error); },
        failed);
    if (failed) connection->terminate(failed);
  }

  void accepted(const ConnectionPtr& connection, const websocketpp::lib::error_code& error) {
    if (!error) {
      if (take_in(*connection)) await_first_byte(connection);
      return accept_next();
    }
    connection->terminate(error);
    if (!endpoint_.is_listening()) return;
    LOG_WARNING(log_, "cannot accept connections for now: %s", error.message().c_str());
    pause();
  }

  void pause() {
    pause_timer_.expires_after(kAcceptPause);
    pause_timer_.async_wait([this](const asio::error_code& cancelled) {
      if (!cancelled) accept_next();
    });
  }

  bool take_in(Connection& connection) {
    if (share_.connections >= share_.options.max_connections) {
      ++share_.counters.refused;
      cut(connection);
      return false;
    }
    ++share_.counters.accepted;
    ++share_.connections;
    connection.watch = this;
    connection.id = ++share_.last_id;
    connections_[connection.id] = std::static_pointer_cast<Connection>(connection.get_shared());
    asio::error_code ignored;
    connection.get_raw_socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    return true;
  }

  // Whether it speaks TLS shows in its first byte, which stays to be read. Waits for that no longer than for
  // a handshake.
  void await_first_byte(const ConnectionPtr& connection) {
    const auto patience = std::make_shared<asio::steady_timer>(share_.io, share_.options.handshake_timeout);
    patience->async_wait([weak = std::weak_ptr<Connection>(connection)](const asio::error_code& cancelled) {
      const ConnectionPtr silent = cancelled ? nullptr : weak.lock();
      if (silent) cut(*silent);
    });
    await_first_byte(connection, patience);
  }

  using Patience = std::shared_ptr<asio::steady_timer>;
  void await_first_byte(const ConnectionPtr& connection, const Patience& patience) {
    connection->get_raw_socket().async_wait(asio::ip::tcp::socket::wait_read,
                                            [this, connection, patience](const asio::error_code& error) {
                                              if (!error) on_readable(connection, patience);
                                            });
  }

  void on_readable(const ConnectionPtr& connection, const Patience& patience) {
    const int socket = connection->get_raw_socket().native_handle();
    unsigned char first = 0;
    const ssize_t count = ::recv(socket, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return await_first_byte(connection, patience);
    patience->cancel();
    if (count != 1) return cut(*connection);
    const std::string refusal = refusal_of(first);
    if (refusal.empty()) return connection->start();
    ++share_.counters.denied;
    ::send(socket, refusal.data(), refusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(socket, SHUT_WR);
    // What is unread at the end would have the kernel take back what was said (RFC 1122 §4.2.2.13).
    char rest[16 * 1024];
    while (::recv(socket, rest, sizeof rest, MSG_DONTWAIT) == sizeof rest) {
    }
    cut(*connection);
  }

  static HttpHead head_of(Connection& connection) {
    HttpHead head;
    const std::string& resource = connection.get_resource();
    const std::size_t query = resource.find('?');
    head.path = resource.substr(0, query);
    if (query != std::string::npos) head.query = resource.substr(query + 1);
    head.authorization = connection.get_request_header("Authorization");
    head.origin = connection.get_request_header("Origin");
    return head;
  }

  // RFC 6455 §4.4 for versions before the RFC's own, §4.2.2 for who may not enter.
  bool is_wanted(Connection& connection) {
    constexpr const char* kVersion = "13";
    if (connection.get_request_header("Sec-WebSocket-Version") != kVersion) {
      connection.set_status(websocketpp::http::status_code::upgrade_required);
      connection.replace_header("Sec-WebSocket-Version", kVersion);
      return false;
    }
    auto refusal = share_.access.refusal_of(head_of(connection));
    if (!refusal) return true;
    ++share_.counters.denied;
    LOG_INFO(log_, "%s may not enter: %s", peer(connection).c_str(), refusal->body.c_str());
    fill(connection, std::move(*refusal));
    return false;
  }

  void on_open(Connection& connection) {
    const std::string& resource = connection.get_resource();
    if (resource.substr(0, resource.find('?')) != share_.options.path) {
      return close(connection, websocketpp::close::status::protocol_error, "Invalid path");
    }
    LOG_DEBUG(log_, "%s is connection %llu", peer(connection).c_str(),
              static_cast<unsigned long long>(connection.id));
    connection.is_open = true;
    share_.handler.opened(connection.id);
  }

  void gone(ConnectionId id) override {
    connections_.erase(id);
    --share_.connections;
    share_.on_gone();
  }

  void on_http(const ConnectionPtr& connection) {
    HttpHead head = head_of(*connection);
    HttpRequest request;
    request.method = connection->get_request().get_method();
    request.path = head.path;
    request.query = head.query;
    request.if_none_match = connection->get_request_header("If-None-Match");
    connection->defer_http_response();
    const bool is_head = request.method == "HEAD";
    const auto answer = [weak = std::weak_ptr<Connection>(connection), is_head](HttpResponse response) {
      if (const ConnectionPtr still_there = weak.lock()) respond(*still_there, std::move(response), is_head);
    };
    if (request.path == share_.options.path) return answer(upgrade_required());
    if (!share_.pages.is_public(request)) {
      if (auto refusal = share_.access.refusal_of(head)) {
        ++share_.counters.denied;
        return answer(std::move(*refusal));
      }
    }
    share_.pages.serve(request, answer);
  }

  static HttpResponse upgrade_required() {
    HttpResponse response = text_response(426, "This is a WebSocket address.");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }

  static void fill(Connection& connection, HttpResponse response) {
    connection.set_status(static_cast<websocketpp::http::status_code::value>(response.status));
    for (const auto& [name, value] : response.headers) connection.replace_header(name, value);
    connection.set_body(std::move(response.body));
  }

  static void respond(Connection& connection, HttpResponse response, bool is_head) {
    websocketpp::lib::error_code ignored;
    const std::size_t length = response.body.size();
    if (is_head) response.body.clear();
    fill(connection, std::move(response));
    connection.replace_header("Connection", "close");
    if (is_head) connection.replace_header("Content-Length", std::to_string(length));
    connection.send_http_response(ignored);
  }

  PortShare& share_;
  const std::uint16_t wanted_port_;
  base::LogComponent& log_ = websocket_log();
  std::map<ConnectionId, std::weak_ptr<Connection>> connections_;
  asio::steady_timer pause_timer_;
  Endpoint endpoint_;
};

}  // namespace kaskado::control
