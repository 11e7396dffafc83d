// The server over its ports: its loop, what other threads post to it, pings and the end. Compiled as C++17.
#include "control/websocket.hpp"

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cstdio>
#include <utility>

#include "base/log.hpp"
#include "control/task_inbox.hpp"
#include "control/tls_contexts.hpp"
#include "control/websocket_port.hpp"

namespace kaskado::control {

base::LogComponent& websocket_log() {
  static base::LogComponent log("websocket");
  return log;
}

namespace {

constexpr std::size_t kMaxQueuedTasks = 1'000'000;

// What a reload came to, for the log.
void tell(const base::Result<bool>& reloaded, const char* what) {
  if (!reloaded) {
    LOG_WARNING(websocket_log(), "%s; the %s read before stays", reloaded.error().message.c_str(), what);
  } else if (*reloaded) {
    LOG_INFO(websocket_log(), "read the %s again", what);
  }
}

class Server final : public WebSocketServer {
 public:
  Server(const WebSocketOptions& options, WebSocketHandler& handler, HttpHandler& pages,
         std::unique_ptr<AccessGate> access)
      : options_(options),
        access_(std::move(access)),
        wake_(io_, inbox_.descriptor()),
        wake_timer_(io_),
        ping_timer_(io_),
        stop_timer_(io_),
        share_{options_, handler, pages, *access_, io_, [this] { on_gone(); }} {}
  ~Server() override {
    wake_.release();  // the inbox closes it
    io_.stop();
  }

  // An empty text where it went well.
  std::string take_ports(std::unique_ptr<TlsContexts> contexts) {
    contexts_ = std::move(contexts);
    if (options_.is_plain) plain_ = make_plain_port(share_);
    if (contexts_) secure_ = make_secure_port(share_, *contexts_);
    std::string failure;
    for_each_port([&](WebSocketPort& port) {
      if (failure.empty()) failure = port.listen();
    });
    return failure;
  }

  std::uint16_t port() const override { return plain_ ? plain_->number() : 0; }
  std::uint16_t secure_port() const override { return secure_ ? secure_->number() : 0; }

  void run() override {
    await_posted();
    for_each_port([](WebSocketPort& port) { port.begin(); });
    schedule_pings();
    const auto keep_running = asio::make_work_guard(io_);
    while (!io_.stopped()) {
      try {
        io_.run();
      } catch (const std::exception& e) {
        LOG_ERROR(websocket_log(), "unexpected: %s", e.what());
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
    if (plain_ && plain_->send(id, text)) return;
    if (secure_) secure_->send(id, text);
  }

  void reload(bool always) override {
    if (contexts_) tell(contexts_->reload(always), "certificate");
    tell(access_->reload(always), "access tokens");
  }

  void stop() override {
    inbox_.post_last([this] { begin_stop(); });
  }

  const WebSocketCounters& counters() const override { return share_.counters; }

 private:
  template <typename Do>
  void for_each_port(Do what) {
    if (plain_) what(*plain_);
    if (secure_) what(*secure_);
  }

  // One that throws must not take those behind it along.
  void run_posted() {
    for (const auto& task : inbox_.take()) {
      try {
        task();
      } catch (const std::exception& e) {
        LOG_ERROR(websocket_log(), "unexpected: %s", e.what());
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

  // Also ends those that neither opened a WebSocket nor took their page for a whole interval.
  void schedule_pings() {
    ping_timer_.expires_after(options_.ping_interval);
    ping_timer_.async_wait([this](const asio::error_code& cancelled) {
      if (cancelled) return;
      for_each_port([this](WebSocketPort& port) { port.ping_all(last_id_before_); });
      last_id_before_ = share_.last_id;
      schedule_pings();
    });
  }

  void begin_stop() {
    if (std::exchange(is_stopping_, true)) return;
    inbox_.close();
    ping_timer_.cancel();
    stop_timer_.expires_after(options_.close_timeout);
    stop_timer_.async_wait([this](const asio::error_code&) { io_.stop(); });
    for_each_port([](WebSocketPort& port) { port.begin_stop(); });
    if (share_.connections == 0) io_.stop();
  }

  void on_gone() {
    if (is_stopping_ && share_.connections == 0) io_.stop();
  }

  const WebSocketOptions options_;
  const std::unique_ptr<AccessGate> access_;
  ConnectionId last_id_before_ = kNoConnection;  // at the last ping
  TaskInbox inbox_{kMaxQueuedTasks};
  bool is_stopping_ = false;
  // Without locks: what other threads want comes by the inbox.
  asio::io_context io_{ASIO_CONCURRENCY_HINT_UNSAFE};
  asio::posix::stream_descriptor wake_;
  std::array<char, 8> wakes_{};  // eventfd(2)'s counter, which says nothing more
  asio::steady_timer wake_timer_;
  asio::steady_timer ping_timer_;
  asio::steady_timer stop_timer_;
  PortShare share_;
  std::unique_ptr<TlsContexts> contexts_;
  std::unique_ptr<WebSocketPort> plain_;
  std::unique_ptr<WebSocketPort> secure_;
};

}  // namespace

base::Result<std::unique_ptr<WebSocketServer>> WebSocketServer::listen(const WebSocketOptions& options,
                                                                       WebSocketHandler& handler,
                                                                       HttpHandler& pages) {
  auto access = AccessGate::load(options.access);
  if (!access) return std::move(access).error();
  std::unique_ptr<TlsContexts> contexts;
  if (options.secure) {
    auto loaded = TlsContexts::load(*options.secure);
    if (!loaded) return std::move(loaded).error();
    contexts = std::move(loaded).value();
  }
  auto server = std::make_unique<Server>(options, handler, pages, std::move(access).value());
  if (std::string failure = server->take_ports(std::move(contexts)); !failure.empty()) {
    return base::Error{std::move(failure)};
  }
  return std::unique_ptr<WebSocketServer>(std::move(server));
}

}  // namespace kaskado::control
