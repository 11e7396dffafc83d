// The connection on virtual time.
#include "http/server_connection.hpp"

#include <gtest/gtest.h>

#include "http/pieces.hpp"

namespace kaskado::http {
namespace {

using namespace std::chrono_literals;
using Event = ServerConnection::Event;
using test::Pieces;

class ServerConnectionTest : public testing::Test {
 protected:
  // Gives the bytes, and what came of them: "request", "body=…", "end", …
  std::string receive(const std::string& text) {
    std::string told;
    base::Bytes rest = base::as_bytes(text);
    for (;;) {
      const auto [taken, event] = connection.receive(rest, now, out);
      rest = rest.subspan(taken);
      if (event == Event::body) body += base::as_text(connection.body());
      if (event == Event::more) return told;
      told += told.empty() ? name(event) : " " + name(event);
      if (event == Event::held || event == Event::closed)
        return told + (rest.empty() ? "" : " " + std::to_string(rest.size()));
    }
  }
  static std::string name(Event event) {
    constexpr const char* kNames[] = {"more", "request", "body", "end", "held", "failed", "closed"};
    return kNames[static_cast<int>(event)];
  }
  // What comes of waiting until the deadline, which is so far away.
  std::string wait(base::Duration expected) {
    EXPECT_EQ(connection.deadline() - now, expected);
    now = connection.deadline() - 1ns;
    EXPECT_EQ(connection.advance(now, out), Event::more);
    return name(connection.advance(now += 1ns, out));
  }
  std::string written() { return std::exchange(out, {}); }

  base::Instant now{1h};
  ServerConnection connection{{.request = {.body_bytes = 100}}, now};
  std::string out, body;
};

const std::string kHead = "POST /u HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";

TEST_F(ServerConnectionTest, TakesARequestAndAnswers) {
  EXPECT_EQ(receive(kHead), "request");
  connection.proceed(out);
  EXPECT_EQ(written(), "");  // nobody asked
  EXPECT_EQ(receive("ab"), "body");
  EXPECT_EQ(receive("cd"), "body end held");
  EXPECT_EQ(body, "abcd");
  connection.answer({Status::ok, "Thanks."}, now, out);
  EXPECT_EQ(written(), to_text({Status::ok, "Thanks."}, true));
  EXPECT_FALSE(connection.has_ended());
  EXPECT_EQ(receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), "request end held");
  connection.answer({Status::not_found, ""}, now, out);
  EXPECT_EQ(written(), to_text({Status::not_found, ""}, false));
  EXPECT_TRUE(connection.has_ended());
}

TEST_F(ServerConnectionTest, HoldsTheNextRequestUntilTheFirstIsAnswered) {
  EXPECT_EQ(receive(kHead + "abcd" + "GET"), "request body end held 3");
  connection.answer({Status::ok, ""}, now, out);
  EXPECT_EQ(receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "request end held");
}

TEST_F(ServerConnectionTest, SaysToGoOnWhereThatIsWaitedFor) {
  EXPECT_EQ(receive("POST /u HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"),
            "request");
  connection.proceed(out);
  EXPECT_EQ(written(), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(ServerConnectionTest, RefusesABodyUnread) {
  EXPECT_EQ(receive("POST /u HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"),
            "request");
  connection.answer({Status::not_found, "No."}, now, out);
  EXPECT_EQ(written(), to_text({Status::not_found, "No."}, false));
  EXPECT_TRUE(connection.has_ended());
  EXPECT_EQ(receive("abcdPOST / HTTP/1.1\r\n\r\n"), "");  // thrown away
  EXPECT_EQ(wait(2s), "closed");
  EXPECT_EQ(connection.deadline(), base::kNever);
  EXPECT_EQ(receive("x"), "closed");
  EXPECT_EQ(written(), "");
}

TEST_F(ServerConnectionTest, HeadHasNoBody) {
  EXPECT_EQ(receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), "request end held");
  connection.answer({Status::method_not_allowed, "No."}, now, out);
  EXPECT_TRUE(written().ends_with("Content-Length: 4\r\n\r\n"));
}

TEST_F(ServerConnectionTest, AnswersWhatIsWrong) {
  EXPECT_EQ(receive("HELLO\r\n\r\n"), "failed");
  EXPECT_TRUE(written().starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(connection.has_ended());
}

TEST_F(ServerConnectionTest, AnswersWhatIsWrongInTheBody) {
  EXPECT_EQ(receive("POST /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n"),
            "request body failed");
  EXPECT_TRUE(written().starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(connection.failure(), "This is no request of HTTP/1.1: bad chunk.");
  connection.answer({Status::ok, ""}, now, out);  // comes too late
  EXPECT_EQ(written(), "");
}

// A head that comes a byte a second is given up after ten.
TEST_F(ServerConnectionTest, WaitsForAHeadForALimitedTime) {
  for (int i = 0; i < 9; ++i) {
    now += 1s;
    EXPECT_EQ(connection.advance(now, out), Event::more);
    EXPECT_EQ(receive(kHead.substr(static_cast<std::size_t>(i), 1)), "");
  }
  EXPECT_EQ(wait(1s), "failed");
  EXPECT_TRUE(written().starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerConnectionTest, ClosesWithoutAWordWhereNothingComes) {
  EXPECT_EQ(wait(10s), "closed");
  EXPECT_EQ(written(), "");
}

TEST_F(ServerConnectionTest, WaitsForTheNextRequest) {
  receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  now += 5s;
  connection.answer({Status::ok, ""}, now, out);
  written();
  now += 14s;
  EXPECT_EQ(connection.advance(now, out), Event::more);
  receive("G");
  EXPECT_EQ(wait(10s), "failed");
}

TEST_F(ServerConnectionTest, ClosesWhereNoNextRequestComes) {
  receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  connection.answer({Status::ok, ""}, now, out);
  EXPECT_EQ(wait(15s), "closed");
}

TEST_F(ServerConnectionTest, GivesABodyUpThatStops) {
  receive(kHead);
  now += 29s;
  receive("a");
  EXPECT_EQ(wait(30s), "failed");
  EXPECT_TRUE(written().starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerConnectionTest, DoesNotBlameTheClientForItsOwnDelay) {
  receive(kHead + "a");
  connection.hold();
  EXPECT_EQ(connection.deadline() - now, 24h);
  now += 1h;
  EXPECT_EQ(connection.advance(now, out), Event::more);
  connection.go_on(now);
  EXPECT_EQ(wait(30s), "failed");
}

TEST_F(ServerConnectionTest, EndsARequestThatTakesTooLong) {
  receive(kHead + "a");
  const base::Instant began = now;
  while (now < began + 24h - 20s) {
    now += 20s;
    ASSERT_EQ(connection.advance(now, out), Event::more);
    receive("");  // nothing
    connection.hold();
    connection.go_on(now);
  }
  EXPECT_EQ(wait(began + 24h - now), "failed");
}

TEST_F(ServerConnectionTest, EndsARequestThatNobodyAnswers) {
  receive(kHead + "abcd");
  EXPECT_EQ(wait(60s), "failed");
  EXPECT_TRUE(written().starts_with("HTTP/1.1 503 "));
}

TEST_F(ServerConnectionTest, EverySplitGivesTheSame) {
  const std::string text =
      "POST /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n";
  test::for_each_split(text, [&](const Pieces& pieces) {
    ServerConnection machine({}, now);
    std::string bytes, ignored;
    int requests = 0, ends = 0;
    for (const std::string& piece : pieces) {
      for (base::Bytes rest = base::as_bytes(piece);;) {
        const auto [taken, event] = machine.receive(rest, now, ignored);
        rest = rest.subspan(taken);
        requests += event == Event::request;
        ends += event == Event::end;
        if (event == Event::body) bytes += base::as_text(machine.body());
        if (event == Event::more || event == Event::held) break;
      }
    }
    ASSERT_EQ(bytes, "abcd");
    ASSERT_EQ(requests, 1);
    ASSERT_EQ(ends, 1);
  });
}

}  // namespace
}  // namespace kaskado::http
