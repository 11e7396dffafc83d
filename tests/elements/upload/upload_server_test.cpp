// The upload server on real sockets, with its thread, its clients' and its readers'.
#include "elements/upload/upload_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

namespace kaskado::elements {
namespace {

// Uploads as they begin, for another thread to wait for.
class Begun {
 public:
  pipeline::UploadIntake::Begun taker() {
    return [this](std::shared_ptr<pipeline::Upload> upload) {
      const std::lock_guard lock(mutex_);
      uploads_.push_back(std::move(upload));
      came_.notify_one();
    };
  }
  std::shared_ptr<pipeline::Upload> next() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !uploads_.empty(); });
    auto upload = std::move(uploads_.front());
    uploads_.pop_front();
    return upload;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::shared_ptr<pipeline::Upload>> uploads_;
};

// A client that waits for what it sends and receives.
class Client {
 public:
  explicit Client(const std::string& url) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const std::size_t host = url.find("://") + 3, slash = url.find('/', host), colon = url.find(':', host);
    place = url.substr(slash);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1, slash - colon - 1))));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { close(socket_); }

  void send(const std::string& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t sent = ::send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<std::size_t>(sent);
    }
  }
  void send_head(std::size_t length) const {
    send("PUT " + place + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
         std::to_string(length) + "\r\n\r\n");
  }
  std::string receive_all() const {
    std::string all;
    char buffer[4096];
    for (ssize_t size; (size = recv(socket_, buffer, sizeof buffer, 0)) > 0;)
      all.append(buffer, static_cast<std::size_t>(size));
    return all;
  }
  std::string place;

 private:
  const int socket_;
};

// To the end, or "!" and why there is none.
std::string read_all(pipeline::Upload& upload) {
  std::string all;
  std::vector<std::uint8_t> buffer(50'000);
  for (;;) {
    const auto size = upload.bytes()->read(buffer);
    if (!size) return "!" + size.error().message;
    if (*size == 0) return all;
    all.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*size));
  }
}

const UploadSettings kLocal{.server_address = "127.0.0.1", .server_port = 0};

TEST(UploadServer, TakesManyFilesAtOnce) {
  constexpr std::size_t kFiles = 8, kSize = 3 << 20;
  UploadServer server(kLocal);
  std::vector<std::thread> threads;
  std::vector<Begun> begun(kFiles);
  std::vector<std::string> answers(kFiles), read(kFiles);
  for (std::size_t i = 0; i < kFiles; ++i) {
    const auto url = server.open(begun[i].taker());
    ASSERT_TRUE(url) << url.error().message;
    threads.emplace_back([&, i, url = *url] {
      const Client client(url);
      client.send_head(kSize);
      client.send(std::string(kSize, static_cast<char>('a' + i)));
      answers[i] = client.receive_all();
    });
    threads.emplace_back([&, i] {
      const auto upload = begun[i].next();
      upload->accept();
      read[i] = read_all(*upload);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < kFiles; ++i) {
    EXPECT_TRUE(read[i] == std::string(kSize, static_cast<char>('a' + i))) << i;
    EXPECT_TRUE(answers[i].ends_with("\r\n\r\nReceived 3145728 bytes.\n")) << answers[i];
  }
}

TEST(UploadServer, EndsWithClientsThatAreStillThere) {
  auto server = std::make_unique<UploadServer>(kLocal);
  Begun begun;
  const Client sending(*server->open(begun.taker())), silent(*server->open({}));
  sending.send_head(1000);
  sending.send("abc");
  const auto upload = begun.next();
  server.reset();
  EXPECT_EQ(sending.receive_all(), "");
  EXPECT_EQ(silent.receive_all(), "");
  upload->accept();
  upload->refuse("Too late.");
  EXPECT_EQ(read_all(*upload).substr(0, 1), "!");
}

TEST(UploadServer, TellsAClientThatItsPlaceIsClosed) {
  UploadServer server(kLocal);
  Begun begun;
  const std::string url = *server.open(begun.taker());
  const Client client(url);
  client.send_head(1000);
  begun.next();
  server.close(url);
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 410 Gone\r\n"));
  const Client late(url);
  late.send_head(1000);
  EXPECT_TRUE(late.receive_all().starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST(UploadServer, SaysWhoHasItsPort) {
  UploadServer first(kLocal);
  const std::string url = *first.open({});
  const std::size_t colon = url.rfind(':');
  UploadSettings settings = kLocal;
  settings.server_port = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
  UploadServer second(settings);
  const auto refused = second.open({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "No upload can be taken: cannot bind TCP 127.0.0.1:" +
                                         std::to_string(settings.server_port) + ": Address already in use");
}

TEST(UploadServer, TellsTheAnnouncedAddress) {
  UploadSettings settings = kLocal;
  settings.announced_address = "media.example.org";
  UploadServer named(settings);
  EXPECT_TRUE(named.open({})->starts_with("http://media.example.org:"));
  settings.announced_address = "2001:db8::1";
  UploadServer numbered(settings);
  EXPECT_TRUE(numbered.open({})->starts_with("http://[2001:db8::1]:"));
  settings.announced_address = "https://media.example.org/uploads/";
  UploadServer proxied(settings);
  EXPECT_TRUE(proxied.open({})->starts_with("https://media.example.org/uploads/"));
  EXPECT_EQ(proxied.open({})->size(), settings.announced_address.size() + 36);
  UploadServer plain(kLocal);
  EXPECT_TRUE(plain.open({})->starts_with("http://127.0.0.1:"));
}

TEST(UploadServer, ListensEverywhereWhereNoAddressIsSet) {
  UploadSettings settings = kLocal;
  settings.server_address.clear();
  UploadServer server(settings);
  const Client client(*server.open({}));
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 404 Not Found\r\n"));
}

}  // namespace
}  // namespace kaskado::elements
