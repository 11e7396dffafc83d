#include "elements/upload/upload_server.hpp"

#include <algorithm>
#include <list>
#include <thread>
#include <utility>

#include "elements/log.hpp"
#include "elements/upload/upload_exchange.hpp"
#include "loop/background.hpp"
#include "loop/interfaces.hpp"
#include "loop/mailbox.hpp"
#include "loop/processors.hpp"
#include "loop/tcp_listener.hpp"

namespace kaskado::elements {
namespace {

constexpr int kBacklog = 128;

// The way to the server's thread for uploads, which may outlive it.
class WayIn {
 public:
  explicit WayIn(loop::Mailbox& mailbox) : mailbox_(&mailbox) {}
  // What is posted is bounded by what uploads wait for: one task each at a time.
  void post(loop::Mailbox::Task task) {
    const std::lock_guard lock(mutex_);
    if (mailbox_) mailbox_->post_always(std::move(task));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    mailbox_ = nullptr;
  }

 private:
  std::mutex mutex_;
  loop::Mailbox* mailbox_;  // under mutex_
};

using Tell = std::function<void()>;

// One client: its socket, what is spoken on it, and when that is due.
class Client final : loop::TcpHandler {
 public:
  Client(loop::Loop& loop, std::unique_ptr<loop::TcpConnection> socket, UploadPlaces& places,
         const UploadExchange::Limits& limits, Tell tell, Tell over)
      : socket_(std::move(socket)),
        exchange_(places, limits, std::move(tell), loop::monotonic_now()),
        timer_(loop, [this] { on_time(); }),
        over_(std::move(over)) {
    settle();
  }

  bool is_uploading() const { return exchange_.is_uploading(); }
  void go_on() {
    exchange_.go_on(loop::monotonic_now(), out_);
    settle();
  }

 private:
  void on_bytes(base::Bytes bytes, base::Instant now) override {
    exchange_.receive(bytes, now, out_);
    settle();
  }
  void on_end(base::Instant) override {
    exchange_.peer_ended();
    settle();
  }
  void on_time() {
    exchange_.advance(loop::monotonic_now(), out_);
    settle();
  }
  // Does what the exchange has come to. Nothing of this is there any more where that is its end.
  void settle() {
    if (!out_.empty()) socket_->write(std::exchange(out_, {}));
    if (exchange_.is_over()) return over_();
    if (exchange_.has_answered_all() && !std::exchange(finished_, true)) socket_->finish_writing();
    if (exchange_.wants_bytes()) {
      socket_->start_reading(*this);
    } else {
      socket_->stop_reading();
    }
    timer_.arm(exchange_.deadline());
  }

  const std::unique_ptr<loop::TcpConnection> socket_;
  UploadExchange exchange_;
  loop::Timer timer_;
  const Tell over_;
  std::string out_;
  bool finished_ = false;
};

std::string url_host(const UploadSettings& settings, const base::SocketAddress& local) {
  const auto in_url = [](const std::string& host) {
    const auto address = base::SocketAddress::parse(host, 0);
    return address && address->is_v6() ? "[" + host + "]" : host;
  };
  if (!settings.announced_address.empty()) return in_url(settings.announced_address);
  if (!local.is_unspecified()) return in_url(local.ip_text());
  std::string best = "127.0.0.1";
  for (const loop::InterfaceAddress& each : loop::interface_addresses()) {
    const base::SocketAddress& address = each.address;
    if (address.is_loopback() || address.is_link_local()) continue;
    if (address.is_v4()) return address.ip_text();
    if (local.is_v6()) best = in_url(address.ip_text());
  }
  return best;
}

// Of the addresses of places, without the slash behind it.
std::string url_base(const UploadSettings& settings, const base::SocketAddress& local) {
  if (settings.announced_address.find("://") == std::string::npos) {
    return "http://" + url_host(settings, local) + ":" + std::to_string(local.port());
  }
  const std::string& announced = settings.announced_address;
  return announced.ends_with('/') ? announced.substr(0, announced.size() - 1) : announced;
}

UploadExchange::Limits limits_of(const UploadSettings& settings) {
  UploadExchange::Limits limits;
  limits.request.body_bytes = settings.most_upload_bytes;
  limits.whole = settings.most_upload_time;
  return limits;
}

}  // namespace

// All of it is the thread's own, once it runs.
class UploadServer::Running {
 public:
  Running(UploadPlaces& places, const UploadSettings& settings, std::vector<int> processors)
      : places_(places), limits_(limits_of(settings)), processors_(std::move(processors)) {}
  ~Running();

  base::Result<base::SocketAddress> listen(const std::string& address, std::uint16_t port);
  void start();

 private:
  struct Entry {
    std::uint64_t number;
    std::unique_ptr<Client> client;
  };

  void accept(std::unique_ptr<loop::TcpConnection> socket);
  void make_room();
  std::list<Entry>::iterator find(std::uint64_t number);
  void go_on(std::uint64_t number);
  void end();

  UploadPlaces& places_;
  const UploadExchange::Limits limits_;
  const std::vector<int> processors_;
  const int niceness_ = loop::background_niceness();
  loop::Loop loop_;
  loop::Mailbox mailbox_{loop_};
  const std::shared_ptr<WayIn> way_in_ = std::make_shared<WayIn>(mailbox_);
  std::unique_ptr<loop::TcpListener> listener_;
  std::list<Entry> clients_;  // in the order in which they came
  std::list<Entry> gone_;     // in this round
  std::uint64_t last_number_ = 0;
  std::thread thread_;
};

base::Result<base::SocketAddress> UploadServer::Running::listen(const std::string& address,
                                                                std::uint16_t port) {
  const auto local = base::SocketAddress::parse(address, port);
  if (!local) return base::Error{"'" + address + "' is no IP address"};
  auto listener =
      loop::TcpListener::open(loop_, *local, kBacklog, [this](auto socket) { accept(std::move(socket)); });
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  return listener_->local();
}

void UploadServer::Running::start() {
  // Who is over may be in the middle of a call.
  loop_.after_each_round([this] { gone_.clear(); });
  thread_ = std::thread([this] {
    loop::stand_back("uploads", processors_, niceness_);
    loop_.run();
  });
}

UploadServer::Running::~Running() {
  way_in_->close();
  if (!thread_.joinable()) {
    end();
    return;
  }
  mailbox_.post_always([this] { end(); });
  thread_.join();
}

void UploadServer::Running::end() {
  listener_.reset();
  clients_.clear();
  gone_.clear();
  mailbox_.close();
}

void UploadServer::Running::accept(std::unique_ptr<loop::TcpConnection> socket) {
  if (clients_.size() >= kMostConnections) make_room();
  if (clients_.size() >= kMostConnections) {
    socket->write(
        http::to_text({http::Status::service_unavailable, "Too many files are being sent here."}, false));
    return;
  }
  const std::uint64_t number = ++last_number_;
  const auto tell = [this, way_in = way_in_, number] { way_in->post([this, number] { go_on(number); }); };
  const auto over = [this, number] {
    if (const auto found = find(number); found != clients_.end()) gone_.splice(gone_.end(), clients_, found);
  };
  clients_.push_back({number, nullptr});
  clients_.back().client = std::make_unique<Client>(loop_, std::move(socket), places_, limits_, tell, over);
}

void UploadServer::Running::make_room() {
  const auto idle =
      std::ranges::find_if(clients_, [](const Entry& each) { return !each.client->is_uploading(); });
  if (idle != clients_.end()) clients_.erase(idle);
}

std::list<UploadServer::Running::Entry>::iterator UploadServer::Running::find(std::uint64_t number) {
  return std::ranges::find(clients_, number, &Entry::number);
}

void UploadServer::Running::go_on(std::uint64_t number) {
  if (const auto found = find(number); found != clients_.end()) found->client->go_on();
}

UploadServer::UploadServer(UploadSettings settings)
    : settings_(std::move(settings)),
      processors_(loop::usable_processors()),
      places_(std::make_unique<base::SystemRandom>()) {}

UploadServer::~UploadServer() = default;

base::Result<void> UploadServer::start() {
  auto running = std::make_unique<Running>(places_, settings_, processors_);
  const bool is_anywhere = settings_.server_address.empty();
  auto local = running->listen(is_anywhere ? "::" : settings_.server_address, settings_.server_port);
  // A machine may have no IPv6.
  if (!local && is_anywhere) local = running->listen("0.0.0.0", settings_.server_port);
  if (!local) return base::Error{"No upload can be taken: " + local.error().message};
  base_ = url_base(settings_, *local) + "/";
  LOG_INFO(log, "uploads are taken on %s (%s)", local->text().c_str(), base_.c_str());
  running->start();
  running_ = std::move(running);
  return {};
}

base::Result<std::string> UploadServer::open(Begun begun) {
  const std::lock_guard lock(mutex_);
  if (!running_) {
    if (auto started = start(); !started) return started.error();
  }
  return base_ + places_.open(std::move(begun));
}

void UploadServer::close(const std::string& address) {
  places_.close(address.substr(address.rfind('/') + 1));
}

}  // namespace kaskado::elements
