// The real server on the loopback, with its thread. Waits are on conditions; no test depends on how fast it
// goes.
#include "control/server.hpp"

#include <sched.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "loop/loop.hpp"
#include "tests/control/fixture.hpp"
#include "tests/control/websocket_client.hpp"

namespace kaskado::control_test {
namespace {

control::WebSocketOptions test_options() {
  control::WebSocketOptions options;
  options.port = 0;
  options.max_connections = 8;
  options.max_message_bytes = 64 * 1024;
  options.max_send_buffer_bytes = 256 * 1024;
  options.handshake_timeout = 500ms;
  options.close_timeout = 500ms;
  return options;
}

class ServerTest : public testing::Test {
 protected:
  explicit ServerTest(const control::WebSocketOptions& options = test_options()) {
    pages.add("/", "text/html; charset=utf-8", "<p>Kaskado</p>");
    auto listening = control::Server::listen(options, pages);
    EXPECT_TRUE(listening.ok()) << listening.error().message;
    server = std::move(listening).value();
    plane = std::make_unique<control::ControlPlane>(
        control::ControlSettings{},
        control::ControlPlane::Parts{backend, *server, random, loop::clock_anchor(), kToyModules, "0", "0"});
    server->start(*plane);
  }
  ~ServerTest() override { server->stop(); }

  template <typename T>
  T on_control_thread(std::function<T()> task) {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<T> result;
    EXPECT_TRUE(server->post({[&] {
      const std::lock_guard lock(mutex);
      result = task();
      done.notify_one();
    }}));
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return result.has_value(); });
    return *result;
  }
  // Asks until it is so; the test's own timeout ends it if it never is.
  void wait_until(std::function<bool()> condition) {
    while (!on_control_thread<bool>(condition)) std::this_thread::yield();
  }
  Value call(WebSocketClient& client, const std::string& method, const std::string& params = "{}") {
    client.send(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
    return json(client.receive().payload);
  }
  std::string http(const std::string& request) {
    Socket socket(server->port());
    socket.write(request + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return socket.read_all();
  }

  base::SeededRandom random{1};
  ImmediateBackend backend{[this](pipeline::Event event) { plane->event(event, loop::monotonic_now()); }};
  control::StaticPages pages;
  std::unique_ptr<control::Server> server;
  std::unique_ptr<control::ControlPlane> plane;
};

TEST_F(ServerTest, AnswersRequests) {
  WebSocketClient client(server->port());
  EXPECT_EQ(client.status, "101");
  EXPECT_EQ(text(call(client, "ping"), "result.value"), "pong");
  client.send(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", 2);
  EXPECT_EQ(text(json(client.receive().payload), "result.value"), "pong");
}

// Around each length at which a frame's header changes (RFC 6455 §5.2), ASCII and not.
TEST_F(ServerTest, SendsTextsOfEveryLength) {
  WebSocketClient client(server->port());
  for (const std::size_t length : {1, 125, 126, 127, 65535, 65536, 100'000}) {
    for (const std::string end : {"", "é"}) {
      const std::string sent = std::string(length, 'x') + end;
      on_control_thread<bool>([&] { return server->send(1, sent), true; });
      const Frame frame = client.receive();
      EXPECT_EQ(frame.opcode, 1);
      EXPECT_TRUE(frame.payload == sent) << length << end;
    }
  }
  EXPECT_EQ(on_control_thread<std::uint64_t>([&] { return server->counters().messages_out; }), 14u);
}

TEST_F(ServerTest, DoesNotSendWhatIsNoUtf8) {
  WebSocketClient client(server->port());
  on_control_thread<bool>([&] { return server->send(1, "\xff"), server->send(1, "x"), true; });
  EXPECT_EQ(client.receive().payload, "x");
}

TEST_F(ServerTest, IgnoresAQuery) {
  WebSocketClient client(server->port(), "/kurento?x=1");
  EXPECT_EQ(text(call(client, "ping"), "result.value"), "pong");
}

TEST_F(ServerTest, ClosesWrongPaths) {
  for (const char* path : {"/kurento/", "/Kurento", "/", "/kurentox"}) {
    WebSocketClient client(server->port(), path);
    const Frame frame = client.receive();
    EXPECT_TRUE(frame.is_close()) << path;
    EXPECT_EQ(frame.close_code(), 1002);
    EXPECT_EQ(frame.close_reason(), "Invalid path");
  }
}

TEST_F(ServerTest, KeepsTwoClientsApart) {
  WebSocketClient a(server->port()), b(server->port());
  const std::string of_a = text(call(a, "connect"), "result.sessionId");
  const std::string of_b = text(call(b, "connect"), "result.sessionId");
  EXPECT_NE(of_a, of_b);
  EXPECT_EQ(text(call(a, "ping"), "result.sessionId"), of_a);
}

TEST_F(ServerTest, LetsAClientReconnectToItsSessionAndItsEvents) {
  std::string id, bell;
  {
    WebSocketClient client(server->port());
    const std::string tower = text(call(client, "create", R"({"type":"Tower"})"), "result.value");
    client.send(
        R"({"jsonrpc":"2.0","id":2,"method":"create","params":{"type":"Bell","constructorParams":{"tower":")" +
        tower + "\"}}}");
    const Value made = json(client.receive().payload);
    bell = text(made, "result.value");
    id = text(made, "result.sessionId");
    client.send(R"({"jsonrpc":"2.0","id":3,"method":"subscribe","params":{"type":"Rang","object":")" + bell +
                "\"}}");
    client.receive();
  }
  WebSocketClient again(server->port());
  EXPECT_EQ(text(call(again, "connect", R"({"sessionId":")" + id + "\"}"), "result.sessionId"), id);
  again.send(R"({"jsonrpc":"2.0","id":4,"method":"invoke","params":{"operation":"ring","object":")" + bell +
             "\"}}");
  EXPECT_EQ(text(json(again.receive().payload), "method"), "onEvent");
  EXPECT_EQ(text(json(again.receive().payload), "id"), "4");
}

TEST_F(ServerTest, ClosesAMessageThatIsTooBig) {
  WebSocketClient client(server->port());
  client.send(std::string(65 * 1024, ' '));
  const Frame frame = client.receive();
  EXPECT_TRUE(frame.is_close());
  EXPECT_EQ(frame.close_code(), 1009);
}

TEST_F(ServerTest, ClosesAReaderThatIsTooSlow) {
  WebSocketClient client(server->port(), "/kurento", 4096);
  const std::string id(30'000, 'x');
  const std::string ping = R"({"jsonrpc":"2.0","method":"ping","id":")" + id + "\"}";
  while (client.send(ping) && !on_control_thread<bool>([this] { return server->counters().too_slow > 0; })) {
  }
  wait_until([this] { return plane->sessions().size() == 0 && server->counters().too_slow == 1; });
  WebSocketClient other(server->port());
  EXPECT_EQ(text(call(other, "ping"), "result.value"), "pong");
}

TEST_F(ServerTest, RefusesConnectionsPastItsLimit) {
  std::vector<std::unique_ptr<WebSocketClient>> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<WebSocketClient>(server->port()));
  EXPECT_EQ(text(call(*clients.back(), "ping"), "result.value"), "pong");
  {
    Socket refused(server->port());
    EXPECT_EQ(refused.read(1), "");
  }
  clients.pop_back();
  for (;;) {  // the server learns of the close in its own time
    WebSocketClient next(server->port());
    if (next.status != "101") continue;
    EXPECT_EQ(text(call(next, "ping"), "result.value"), "pong");
    break;
  }
}

TEST_F(ServerTest, EndsConnectionsThatSayNothing) {
  Socket silent(server->port());
  EXPECT_EQ(silent.read(1), "");
  Socket slow(server->port());
  slow.write("GET /kurento HTTP/1.1\r\nHost:");
  slow.read_all();
}

TEST_F(ServerTest, RefusesOldWebSockets) {
  EXPECT_EQ(WebSocketClient(server->port(), "/kurento", 0, "8").status, "426");
}

TEST_F(ServerTest, ServesPages) {
  const std::string page = http("GET /?a=b");
  EXPECT_TRUE(page.starts_with("HTTP/1.1 200 OK\r\n")) << page;
  EXPECT_NE(page.find("\r\nContent-Type: text/html; charset=utf-8\r\n"), std::string::npos);
  EXPECT_NE(page.find("\r\nContent-Length: 14\r\n"), std::string::npos);
  EXPECT_TRUE(page.ends_with("\r\n\r\n<p>Kaskado</p>"));
  const std::string head = http("HEAD /");
  EXPECT_NE(head.find("\r\nContent-Length: 14\r\n"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_TRUE(http("GET /nope").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(http("POST /").starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(http("GET /kurento").starts_with("HTTP/1.1 426 "));
  EXPECT_TRUE(http("nonsense").starts_with("HTTP/1.1 400 ")) << http("nonsense");
}

TEST_F(ServerTest, TellsThatAPageHasNotChanged) {
  const std::string page = http("GET /");
  const std::size_t tag = page.find("ETag: ") + 6;
  const std::string etag = page.substr(tag, page.find("\r\n", tag) - tag);
  Socket socket(server->port());
  socket.write("GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + etag + "\r\n\r\n");
  EXPECT_TRUE(socket.read_all().starts_with("HTTP/1.1 304 "));
}

TEST_F(ServerTest, SaysThatAPortIsTaken) {
  control::WebSocketOptions options = test_options();
  options.port = server->port();
  const auto second = control::Server::listen(options, pages);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message,
            "port " + std::to_string(options.port) +
                " on 127.0.0.1 is taken: another server runs there, or choose another port");
  options.address = "nowhere";
  EXPECT_EQ(control::Server::listen(options, pages).error().message,
            "'nowhere' is no IPv4 or IPv6 address to listen on");
}

TEST_F(ServerTest, RunsWhatIsPostedTogetherInOrderThoughOneThrows) {
  std::vector<int> ran;
  ASSERT_TRUE(server->post({[&] { ran.push_back(1); }, [] { throw std::runtime_error("not this way"); },
                            [&] { ran.push_back(3); }}));
  EXPECT_EQ(on_control_thread<std::vector<int>>([&] { return ran; }), (std::vector<int>{1, 3}));
}

TEST_F(ServerTest, DoesNotInterruptTheThreadsOfMedia) {
  EXPECT_EQ(on_control_thread<int>([] { return sched_getscheduler(0); }), SCHED_BATCH);
}

TEST_F(ServerTest, SaysGoodbye) {
  WebSocketClient client(server->port());
  call(client, "ping");
  std::thread stopper([this] { server->stop(); });
  const Frame frame = client.receive();
  EXPECT_TRUE(frame.is_close());
  EXPECT_EQ(frame.close_code(), 1001);
  client.send(frame.payload, 8);
  stopper.join();
  EXPECT_FALSE(server->post({[] {}}));
}

TEST_F(ServerTest, StopsThoughAClientDoesNotAnswer) {
  WebSocketClient client(server->port());
  call(client, "ping");
  Socket silent(server->port());
  server->stop();
}

class ImpatientServer : public ServerTest {
 protected:
  static control::WebSocketOptions impatient() {
    control::WebSocketOptions options = test_options();
    options.ping_interval = 50ms;
    options.pong_timeout = 50ms;
    return options;
  }
  ImpatientServer() : ServerTest(impatient()) {}
};

TEST_F(ImpatientServer, PingsAndEndsThoseWhoDoNotAnswer) {
  WebSocketClient client(server->port());
  EXPECT_EQ(client.receive().opcode, 9);
  Frame frame = client.receive();
  while (frame.opcode == 9) frame = client.receive();
  EXPECT_EQ(frame.opcode, -1);
}

}  // namespace
}  // namespace kaskado::control_test
