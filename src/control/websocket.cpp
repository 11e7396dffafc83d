// The only file that sees websocketpp. Compiled as C++17.
#include "control/websocket.hpp"

#define ASIO_STANDALONE
#define _WEBSOCKETPP_CPP11_STL_
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/server.hpp>
#pragma GCC diagnostic pop

#include <array>
#include <cstring>
#include <map>
#include <utility>

#include "base/log.hpp"
#include "control/task_inbox.hpp"

namespace kaskado::control {
namespace {

namespace ws = websocketpp;
using asio::ip::tcp;

base::LogComponent g_log("websocket");

// Told when a connection object is destroyed: the one moment that all of them come to, whatever they were.
class ConnectionWatch {
 public:
  virtual void gone(ConnectionId id) = 0;

 protected:
  ~ConnectionWatch() = default;
};

// What websocketpp's connection objects inherit.
struct WatchedConnection {
  ~WatchedConnection() {
    if (watch) watch->gone(id);
  }
  ConnectionWatch* watch = nullptr;
  ConnectionId id = kNoConnection;
  bool is_open = false;
};

// One thread, no logging of its own, small buffers: there may be thousands of connections.
struct Config : ws::config::asio {
  typedef Config type;
  typedef ws::config::asio base;
  typedef ws::concurrency::none concurrency_type;
  typedef ws::log::stub alog_type;
  typedef ws::log::stub elog_type;
  typedef WatchedConnection connection_base;
  static const size_t connection_read_buffer_size = 4096;
  static const size_t max_http_body_size = 64 * 1024;

  struct transport_config : public base::transport_config {
    typedef type::concurrency_type concurrency_type;
    typedef type::alog_type alog_type;
    typedef type::elog_type elog_type;
    static const bool enable_multithreading = false;
  };
  typedef ws::transport::asio::endpoint<transport_config> transport_type;
  [[maybe_unused]] static const bool enable_multithreading = false;
};

using Endpoint = ws::server<Config>;
using ConnectionPtr = Endpoint::connection_ptr;
using Handle = ws::connection_hdl;

constexpr std::size_t kMaxQueuedTasks = 1'000'000;
constexpr std::chrono::milliseconds kAcceptPause{100};

bool is_ascii(const std::string& text) {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all < 0x80;
}

class Server final : public WebSocketServer, private ConnectionWatch {
 public:
  Server(const WebSocketOptions& options, WebSocketHandler& handler, HttpHandler& pages)
      : options_(options),
        handler_(handler),
        pages_(pages),
        wake_(io_, inbox_.descriptor()),
        wake_timer_(io_),
        ping_timer_(io_),
        pause_timer_(io_),
        stop_timer_(io_) {
    endpoint_.init_asio(&io_);
    endpoint_.set_reuse_addr(true);
    endpoint_.set_listen_backlog(options.backlog);
    endpoint_.set_user_agent("Kaskado");
    endpoint_.set_max_message_size(options.max_message_bytes);
    endpoint_.set_open_handshake_timeout(milliseconds(options.handshake_timeout));
    endpoint_.set_close_handshake_timeout(milliseconds(options.close_timeout));
    endpoint_.set_pong_timeout(milliseconds(options.pong_timeout));
    set_handlers();
  }
  ~Server() {
    wake_.release();  // the inbox closes it
    io_.stop();
    for (auto& [id, weak] : connections_) {
      if (const ConnectionPtr connection = weak.lock()) connection->watch = nullptr;
    }
  }

  // An empty text where it went well.
  std::string take_port() {
    asio::error_code error;
    const asio::ip::address address = asio::ip::make_address(options_.address, error);
    if (error) return "'" + options_.address + "' is no IPv4 or IPv6 address to listen on";
    ws::lib::error_code failed;
    endpoint_.listen(tcp::endpoint(address, options_.port), failed);
    if (!failed) return {};
    const std::string where = "port " + std::to_string(options_.port) + " on " + options_.address;
    if (failed == asio::error::address_in_use) {
      return where + " is taken: another server runs there, or choose another port";
    }
    return "cannot listen on " + where + ": " + failed.message();
  }

  std::uint16_t port() const override {
    ws::lib::asio::error_code error;
    return const_cast<Endpoint&>(endpoint_).get_local_endpoint(error).port();
  }

  void run() override {
    await_posted();
    accept_next();
    schedule_pings();
    const auto keep_running = asio::make_work_guard(io_);
    while (!io_.stopped()) {
      try {
        io_.run();
      } catch (const std::exception& e) {
        LOG_ERROR(g_log, "unexpected: %s", e.what());
      }
    }
  }

  bool post(std::vector<std::function<void()>> tasks) override { return inbox_.post(std::move(tasks)); }

  void wake_after(std::chrono::nanoseconds time, std::function<void()> task) override {
    wake_timer_.expires_after(time);
    wake_timer_.async_wait([task = std::move(task)](const asio::error_code& error) {
      if (!error) task();
    });
  }

  void send(ConnectionId id, const std::string& text) override {
    const ConnectionPtr connection = find(id);
    if (!connection || connection->get_state() != ws::session::state::open) return;
    if (connection->get_buffered_amount() + text.size() > options_.max_send_buffer_bytes) {
      ++counters_.too_slow;
      LOG_WARNING(g_log, "closing %s: more than %zu bytes wait for it to read", peer(*connection).c_str(),
                  options_.max_send_buffer_bytes);
      return close(*connection, ws::close::status::policy_violation, "Too slow");
    }
    if (!send_text(*connection, text)) ++counters_.messages_out;
  }

  void stop() override {
    inbox_.post_last([this] { begin_stop(); });
  }

  const WebSocketCounters& counters() const override { return counters_; }

 private:
  static long milliseconds(std::chrono::milliseconds time) { return static_cast<long>(time.count()); }

  static std::string peer(Endpoint::connection_type& connection) { return connection.get_remote_endpoint(); }

  static void close(Endpoint::connection_type& connection, ws::close::status::value code,
                    const char* reason) {
    ws::lib::error_code ignored;
    connection.close(code, reason, ignored);
  }

  // The library looks at each byte of a text for whether it is UTF-8, and copies it once more. Most texts are
  // ASCII and need neither: they are given as the frame that they are (RFC 6455 §5.2: final, not masked).
  static ws::lib::error_code send_text(Endpoint::connection_type& connection, const std::string& text) {
    constexpr auto kText = ws::frame::opcode::text;
    if (!is_ascii(text)) return connection.send(text, kText);
    const auto message = connection.get_message(kText, text.size());
    message->set_payload(text);
    message->set_header(ws::frame::prepare_header(ws::frame::basic_header(kText, text.size(), true, false),
                                                  ws::frame::extended_header(text.size())));
    message->set_prepared(true);
    return connection.send(message);
  }

  static void cut(Endpoint::connection_type& connection) {
    asio::error_code ignored;
    connection.get_raw_socket().close(ignored);
  }

  ConnectionPtr find(ConnectionId id) const {
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : found->second.lock();
  }

  // One that throws must not take those behind it along.
  void run_posted() {
    for (const auto& task : inbox_.take()) {
      try {
        task();
      } catch (const std::exception& e) {
        LOG_ERROR(g_log, "unexpected: %s", e.what());
      }
    }
  }

  void await_posted() {
    wake_.async_read_some(asio::buffer(wakes_), [this](const asio::error_code& error, std::size_t) {
      if (error) return;
      run_posted();
      await_posted();
    });
  }

  void set_handlers() {
    endpoint_.set_tcp_pre_init_handler([this](Handle handle) { on_accepted(handle); });
    endpoint_.set_validate_handler([this](Handle handle) { return is_wanted(handle); });
    endpoint_.set_open_handler([this](Handle handle) { on_open(handle); });
    endpoint_.set_message_handler([this](Handle handle, const Endpoint::message_ptr& message) {
      ++counters_.messages_in;
      handler_.received(endpoint_.get_con_from_hdl(handle)->id, message->get_payload());
    });
    endpoint_.set_close_handler([this](Handle handle) { on_close(handle); });
    endpoint_.set_pong_timeout_handler([this](Handle handle, const std::string&) {
      const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
      LOG_INFO(g_log, "%s does not answer pings", peer(*connection).c_str());
      cut(*connection);
    });
    endpoint_.set_http_handler([this](Handle handle) { on_http(handle); });
  }

  // Its own loop: the library's would spin where the process has run out of descriptors.
  void accept_next() {
    if (!endpoint_.is_listening()) return;
    const ConnectionPtr connection = endpoint_.get_connection();
    ws::lib::error_code failed;
    endpoint_.async_accept(
        connection, [this, connection](const ws::lib::error_code& error) { accepted(connection, error); },
        failed);
    if (failed) connection->terminate(failed);
  }

  void accepted(const ConnectionPtr& connection, const ws::lib::error_code& error) {
    if (!error) {
      connection->start();
      return accept_next();
    }
    connection->terminate(error);
    if (!endpoint_.is_listening()) return;
    LOG_WARNING(g_log, "cannot accept connections for now: %s", error.message().c_str());
    pause_timer_.expires_after(kAcceptPause);
    pause_timer_.async_wait([this](const asio::error_code& cancelled) {
      if (!cancelled) accept_next();
    });
  }

  void on_accepted(Handle handle) {
    const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
    if (connections_.size() >= options_.max_connections) {
      ++counters_.refused;
      return cut(*connection);
    }
    ++counters_.accepted;
    connection->watch = this;
    connection->id = ++last_id_;
    connections_[connection->id] = connection;
    asio::error_code ignored;
    connection->get_raw_socket().set_option(tcp::no_delay(true), ignored);
  }

  // RFC 6455 §4.4 for versions before the RFC's own.
  bool is_wanted(Handle handle) {
    const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
    constexpr const char* kVersion = "13";
    if (connection->get_request_header("Sec-WebSocket-Version") == kVersion) return true;
    connection->set_status(ws::http::status_code::upgrade_required);
    connection->replace_header("Sec-WebSocket-Version", kVersion);
    return false;
  }

  void on_open(Handle handle) {
    const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
    const std::string& resource = connection->get_resource();
    if (resource.substr(0, resource.find('?')) != options_.path) {
      return close(*connection, ws::close::status::protocol_error, "Invalid path");
    }
    LOG_DEBUG(g_log, "%s is connection %llu", peer(*connection).c_str(),
              static_cast<unsigned long long>(connection->id));
    connection->is_open = true;
    handler_.opened(connection->id);
  }

  void on_close(Handle handle) {
    const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
    if (std::exchange(connection->is_open, false)) handler_.closed(connection->id);
  }

  void gone(ConnectionId id) override {
    connections_.erase(id);
    if (is_stopping_ && connections_.empty()) io_.stop();
  }

  void on_http(Handle handle) {
    const ConnectionPtr connection = endpoint_.get_con_from_hdl(handle);
    HttpRequest request;
    request.method = connection->get_request().get_method();
    const std::string& resource = connection->get_resource();
    const std::size_t query = resource.find('?');
    request.path = resource.substr(0, query);
    if (query != std::string::npos) request.query = resource.substr(query + 1);
    request.if_none_match = connection->get_request_header("If-None-Match");
    connection->defer_http_response();
    const bool is_head = request.method == "HEAD";
    const auto answer = [weak = std::weak_ptr<Endpoint::connection_type>(connection),
                         is_head](HttpResponse response) {
      if (const ConnectionPtr still_there = weak.lock()) respond(*still_there, std::move(response), is_head);
    };
    if (request.path == options_.path) return answer(upgrade_required());
    pages_.serve(request, answer);
  }

  static HttpResponse upgrade_required() {
    HttpResponse response = text_response(426, "This is a WebSocket address.");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }

  static void respond(Endpoint::connection_type& connection, HttpResponse response, bool is_head) {
    ws::lib::error_code ignored;
    connection.set_status(static_cast<ws::http::status_code::value>(response.status));
    for (const auto& [name, value] : response.headers) connection.replace_header(name, value);
    connection.replace_header("Connection", "close");
    if (is_head) {
      connection.replace_header("Content-Length", std::to_string(response.body.size()));
    } else {
      connection.set_body(std::move(response.body));
    }
    connection.send_http_response(ignored);
  }

  void schedule_pings() {
    ping_timer_.expires_after(options_.ping_interval);
    ping_timer_.async_wait([this](const asio::error_code& cancelled) {
      if (cancelled) return;
      ping_all();
      schedule_pings();
    });
  }

  // Also ends those that neither opened a WebSocket nor took their page for a whole interval.
  void ping_all() {
    std::vector<ConnectionPtr> all;
    for (const auto& [id, weak] : connections_) {
      if (ConnectionPtr connection = weak.lock()) all.push_back(std::move(connection));
    }
    for (const ConnectionPtr& connection : all) {
      ws::lib::error_code ignored;
      if (connection->is_open) {
        connection->ping("", ignored);
      } else if (connection->id <= last_id_before_) {
        cut(*connection);
      }
    }
    last_id_before_ = last_id_;
  }

  void begin_stop() {
    if (std::exchange(is_stopping_, true)) return;
    inbox_.close();
    ws::lib::error_code ignored;
    endpoint_.stop_listening(ignored);
    ping_timer_.cancel();
    pause_timer_.cancel();
    stop_timer_.expires_after(options_.close_timeout);
    stop_timer_.async_wait([this](const asio::error_code&) { io_.stop(); });
    say_goodbye();
    if (connections_.empty()) io_.stop();
  }

  void say_goodbye() {
    const auto all = connections_;
    for (const auto& [id, weak] : all) {
      const ConnectionPtr connection = weak.lock();
      if (!connection) continue;
      if (connection->is_open) {
        close(*connection, ws::close::status::going_away, "The server is going away");
      } else {
        cut(*connection);
      }
    }
  }

  const WebSocketOptions options_;
  WebSocketHandler& handler_;
  HttpHandler& pages_;
  std::map<ConnectionId, std::weak_ptr<Endpoint::connection_type>> connections_;
  ConnectionId last_id_ = kNoConnection;
  ConnectionId last_id_before_ = kNoConnection;  // at the last ping_all()
  WebSocketCounters counters_;
  TaskInbox inbox_{kMaxQueuedTasks};
  bool is_stopping_ = false;
  // Without locks: what other threads want comes by the inbox.
  asio::io_context io_{ASIO_CONCURRENCY_HINT_UNSAFE};
  asio::posix::stream_descriptor wake_;
  std::array<char, 8> wakes_{};  // eventfd(2)'s counter, which says nothing more
  asio::steady_timer wake_timer_;
  asio::steady_timer ping_timer_;
  asio::steady_timer pause_timer_;
  asio::steady_timer stop_timer_;
  Endpoint endpoint_;
};

}  // namespace

base::Result<std::unique_ptr<WebSocketServer>> WebSocketServer::listen(const WebSocketOptions& options,
                                                                       WebSocketHandler& handler,
                                                                       HttpHandler& pages) {
  auto server = std::make_unique<Server>(options, handler, pages);
  if (std::string failure = server->take_port(); !failure.empty()) return base::Error{std::move(failure)};
  return std::unique_ptr<WebSocketServer>(std::move(server));
}

}  // namespace kaskado::control
