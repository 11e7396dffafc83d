// Uploads on virtual time, from the bytes of a connection to those that an endpoint reads.
#include "elements/upload/upload_exchange.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "http/pieces.hpp"

namespace kaskado::elements {
namespace {

using namespace std::chrono_literals;

class UploadExchangeTest : public testing::Test {
 protected:
  UploadExchangeTest() { connect(); }

  void connect() {
    exchange = std::make_unique<UploadExchange>(
        places, limits, [this] { ++told; }, now);
  }
  std::string open() {
    return places.open(
        [this](std::shared_ptr<pipeline::Upload> begun) { uploads.push_back(std::move(begun)); });
  }
  // What comes on the connection, as far as it wants it.
  void send(const std::string& bytes) {
    ASSERT_TRUE(exchange->wants_bytes());
    exchange->receive(base::as_bytes(bytes), now, out);
  }
  // The first line of what has been written since the last call, and its text.
  std::string answer() {
    const std::string text = std::exchange(out, {});
    const std::size_t body = text.find("\r\n\r\n");
    if (body == std::string::npos) return text;
    return text.substr(9, text.find("\r\n") - 9) +
           (body + 4 < text.size() ? ": " + text.substr(body + 4, text.size() - body - 5) : "");
  }
  static std::string head(const std::string& place, const std::string& fields) {
    return "POST /" + place + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
  }
  static std::string read(pipeline::Upload& upload, std::size_t most = 1 << 16) {
    std::string bytes(most, '\0');
    const auto size = upload.bytes()->read({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return size ? bytes.substr(0, *size) : "!" + size.error().message;
  }
  // What an upload's thread would have the server do.
  void do_what_was_told() {
    while (told > 0) {
      --told;
      exchange->go_on(now, out);
    }
  }

  base::Instant now{1h};
  UploadPlaces places{std::make_unique<base::SeededRandom>(1)};
  UploadExchange::Limits limits;
  std::unique_ptr<UploadExchange> exchange;
  std::vector<std::shared_ptr<pipeline::Upload>> uploads;
  int told = 0;
  std::string out;
};

TEST_F(UploadExchangeTest, AFileGoesToItsPlace) {
  const std::string place = open();
  send(head(place, "Content-Length: 6\r\nContent-Type: video/webm"));
  ASSERT_EQ(uploads.size(), 1u);
  send("abc");
  EXPECT_EQ(read(*uploads[0]), "abc");
  uploads[0]->accept();
  do_what_was_told();
  EXPECT_EQ(answer(), "");
  send("def");
  EXPECT_EQ(answer(), "200 OK: Received 6 bytes.");
  EXPECT_EQ(read(*uploads[0]), "def");
  EXPECT_EQ(read(*uploads[0]), "");
  EXPECT_FALSE(uploads[0]->has_broken_off());
  EXPECT_FALSE(exchange->is_uploading());
  EXPECT_FALSE(exchange->has_answered_all());  // another request may come
}

TEST_F(UploadExchangeTest, EverySplitOfAFormGivesTheSame) {
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; "
      "name=f; filename=g\r\n\r\nfile\r\n--b--";
  http::test::for_each_split(form, [&](const http::test::Pieces& pieces) {
    uploads.clear();
    connect();
    const std::string place = open();
    send(head(place, "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: " +
                         std::to_string(form.size())));
    ASSERT_EQ(uploads.size(), 1u);
    uploads[0]->accept();
    for (const auto& piece : pieces) send(piece);
    ASSERT_EQ(read(*uploads[0]), "file");
    ASSERT_EQ(answer(), "200 OK: Received 4 bytes.");
    places.close(place);
  });
}

TEST_F(UploadExchangeTest, TheClientWaitsForTheVerdict) {
  const std::string place = open();
  send(head(place, "Content-Length: 1") + "x");
  EXPECT_EQ(answer(), "");
  now += 20s;
  exchange->advance(now, out);
  EXPECT_EQ(answer(), "");
  uploads[0]->accept();
  do_what_was_told();
  EXPECT_EQ(answer(), "200 OK: Received 1 bytes.");
}

TEST_F(UploadExchangeTest, TheClientMayEndItsSideBehindTheRequest) {
  const std::string place = open();
  send(head(place, "Content-Length: 1") + "x");
  exchange->peer_ended();
  EXPECT_FALSE(exchange->is_over());
  uploads[0]->accept();
  do_what_was_told();
  EXPECT_EQ(answer(), "200 OK: Received 1 bytes.");
  EXPECT_TRUE(exchange->is_over());
}

TEST_F(UploadExchangeTest, WhatIsNoMediaIsRefusedAtOnce) {
  const std::string place = open();
  send(head(place, "Content-Length: 1000") + "x");
  uploads[0]->refuse("This is no media.");
  do_what_was_told();
  EXPECT_EQ(answer(), "415 Unsupported Media Type: This is no media.");
  EXPECT_TRUE(exchange->has_answered_all());
  EXPECT_EQ(read(*uploads[0]), "x");
  EXPECT_EQ(read(*uploads[0]), "!it was refused");
}

TEST_F(UploadExchangeTest, WhatSeemedToBeMediaMayTurnOutToBeNone) {
  const std::string place = open();
  send(head(place, "Content-Length: 1000") + "x");
  uploads[0]->accept();
  uploads[0]->refuse("It breaks off.");
  uploads[0]->accept();
  do_what_was_told();
  EXPECT_EQ(answer(), "415 Unsupported Media Type: It breaks off.");
}

// Reading stops while the pipe is full, and goes on behind its reader.
TEST_F(UploadExchangeTest, AFullPipeHoldsTheClientUp) {
  const std::string place = open();
  const std::size_t size = 3 << 20, piece = 64 << 10;
  send(head(place, "Content-Length: " + std::to_string(size)));
  uploads[0]->accept();
  do_what_was_told();
  std::size_t sent = 0, received = 0;
  while (exchange->wants_bytes() && sent < size) {
    send(std::string(piece, static_cast<char>(sent / piece)));
    sent += piece;
  }
  EXPECT_GE(sent, container::BytePipe::kMostBytes);
  EXPECT_LE(sent, container::BytePipe::kMostBytes + piece);
  // Silence is not the client's fault, however long it takes.
  EXPECT_GT(exchange->deadline() - now, 1h);
  now += 1h;
  exchange->advance(now, out);
  EXPECT_EQ(answer(), "");
  for (std::size_t rounds = 0; received < size && rounds < 1000; ++rounds) {
    const std::string bytes = read(*uploads[0], 10'000);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      ASSERT_EQ(bytes[i], static_cast<char>((received + i) / piece));
    }
    received += bytes.size();
    do_what_was_told();
    if (!exchange->wants_bytes() || sent == size) continue;
    send(std::string(piece, static_cast<char>(sent / piece)));
    sent += piece;
  }
  EXPECT_EQ(received, size);
  EXPECT_EQ(answer(), "200 OK: Received " + std::to_string(size) + " bytes.");
}

TEST_F(UploadExchangeTest, APlaceTakesOneFile) {
  const std::string place = open();
  send(head(place, "Content-Length: 1") + "x");
  uploads[0]->accept();
  do_what_was_told();
  answer();
  send(head(place, "Content-Length: 1") + "y");
  EXPECT_EQ(answer(), "410 Gone: A file has been sent here, and one only is taken.");
  EXPECT_EQ(uploads.size(), 1u);
}

TEST_F(UploadExchangeTest, APlaceTakesOneFileAtATime) {
  const std::string place = open();
  send(head(place, "Content-Length: 2") + "x");
  const auto first = std::move(exchange);
  connect();
  send(head(place, "Content-Length: 1") + "y");
  EXPECT_EQ(answer(), "409 Conflict: A file is being sent here already.");
  EXPECT_EQ(uploads.size(), 1u);
}

TEST_F(UploadExchangeTest, AnUploadThatBrokeOffMayBeSentAgain) {
  const std::string place = open();
  send(head(place, "Content-Length: 2") + "x");
  exchange->peer_ended();
  EXPECT_TRUE(exchange->is_over());
  EXPECT_EQ(read(*uploads[0]), "x");
  EXPECT_EQ(read(*uploads[0]), "!the client broke off");
  EXPECT_TRUE(uploads[0]->has_broken_off());
  connect();
  send(head(place, "Content-Length: 2") + "yz");
  ASSERT_EQ(uploads.size(), 2u);
  EXPECT_EQ(read(*uploads[1]), "yz");
}

TEST_F(UploadExchangeTest, AConnectionThatIsClosedBreaksItsUploadOff) {
  const std::string place = open();
  send(head(place, "Content-Length: 2"));
  exchange.reset();
  EXPECT_EQ(read(*uploads[0]), "!the connection was closed");
}

TEST_F(UploadExchangeTest, WhyAFileWasRefusedIsToldAlsoWhereItsPlaceCloses) {
  const std::string place = open();
  send(head(place, "Content-Length: 1000") + "x");
  uploads[0]->refuse("This is no media.");
  places.close(place);
  do_what_was_told();
  EXPECT_EQ(answer(), "415 Unsupported Media Type: This is no media.");
}

TEST_F(UploadExchangeTest, AClosedPlaceSaysSo) {
  const std::string place = open();
  send(head(place, "Content-Length: 2") + "x");
  places.close(place);
  do_what_was_told();
  EXPECT_EQ(answer(), "410 Gone: Nobody takes this file any more.");
  EXPECT_EQ(read(*uploads[0]), "!reading was ended");
  connect();
  send(head(place, "Content-Length: 2") + "x");
  EXPECT_EQ(answer(), "404 Not Found: There is no upload to be made here.");
  EXPECT_EQ(places.size(), 0u);
}

// Its reader gives up before the endpoint says why.
TEST_F(UploadExchangeTest, TheVerdictMayComeBehindTheReadersEnd) {
  const std::string place = open();
  send(head(place, "Content-Length: 4") + "a");
  uploads[0]->bytes()->interrupt();
  send("b");
  EXPECT_EQ(answer(), "");
  send("cd");
  EXPECT_EQ(answer(), "");
  uploads[0]->refuse("This is no media.");
  do_what_was_told();
  EXPECT_EQ(answer(), "415 Unsupported Media Type: This is no media.");
}

// A file may have something behind its media.
TEST_F(UploadExchangeTest, WhatIsBehindTheMediaIsThrownAway) {
  const std::string place = open();
  send(head(place, "Content-Length: 4") + "ab");
  uploads[0]->accept();
  uploads[0]->bytes()->interrupt();
  do_what_was_told();
  EXPECT_EQ(answer(), "");
  send("cd");
  EXPECT_EQ(answer(), "200 OK: Received 4 bytes.");
}

TEST_F(UploadExchangeTest, ASlowClientIsGivenUp) {
  const std::string place = open();
  send(head(place, "Content-Length: 1000"));
  for (int i = 0; i < 5; ++i) {
    now += 29s;
    exchange->advance(now, out);
    send("x");
  }
  EXPECT_EQ(answer(), "");
  now += 30s;
  exchange->advance(now, out);
  EXPECT_EQ(answer(), "408 Request Timeout: The request came too slowly.");
  EXPECT_EQ(read(*uploads[0]), "xxxxx");
  EXPECT_EQ(read(*uploads[0]), "!The request came too slowly.");
  EXPECT_EQ(exchange->deadline() - now, 2s);
  now += 2s;
  exchange->advance(now, out);
  EXPECT_TRUE(exchange->is_over());
}

// Slow heads: ten seconds in all, whatever comes.
TEST_F(UploadExchangeTest, AHeadThatDripsInIsGivenUp) {
  const std::string text = head(open(), "Content-Length: 1");
  int sent = 0;
  while (!exchange->has_answered_all()) {
    send(text.substr(static_cast<std::size_t>(sent++), 1));
    now += 1s;
    exchange->advance(now, out);
    ASSERT_LE(sent, 10);
  }
  EXPECT_EQ(sent, 10);
  EXPECT_EQ(answer(), "408 Request Timeout: The request came too slowly.");
}

TEST_F(UploadExchangeTest, TheSizeHasALimit) {
  limits.request.body_bytes = 3;
  connect();
  const std::string place = open();
  send(head(place, "Content-Length: 4") + "x");
  EXPECT_EQ(answer(), "413 Content Too Large: More than 3 bytes are not taken.");
  EXPECT_TRUE(uploads.empty());
  connect();
  send(head(place, "Transfer-Encoding: chunked") + "2\r\nab\r\n");
  ASSERT_EQ(uploads.size(), 1u);
  send("2\r\ncd\r\n");
  EXPECT_EQ(answer(), "413 Content Too Large: More than 3 bytes are not taken.");
  EXPECT_EQ(read(*uploads[0]), "ab");
  EXPECT_EQ(read(*uploads[0]), "!More than 3 bytes are not taken.");
}

TEST_F(UploadExchangeTest, ABrokenFormBreaksTheUploadOff) {
  const std::string place = open();
  send(head(place, "Content-Length: 100\r\nContent-Type: multipart/form-data; boundary=b") +
       "--b\r\nContent-Type: video/webm\r\n\r\nx\r\n--b?");
  EXPECT_EQ(answer(), "400 Bad Request: A delimiter of the form has something behind it.");
  EXPECT_EQ(read(*uploads[0]), "x");
  EXPECT_EQ(read(*uploads[0]), "!A delimiter of the form has something behind it.");
}

TEST_F(UploadExchangeTest, AFormWithoutAFileIsNoUpload) {
  const std::string place = open(), form = "--b\r\n\r\nx\r\n--b--";
  send(head(place, "Content-Length: " + std::to_string(form.size()) +
                       "\r\nContent-Type: multipart/form-data; boundary=b") +
       form);
  EXPECT_EQ(answer(), "400 Bad Request: The form has no file.");
}

TEST_F(UploadExchangeTest, PagesOfOtherOriginsMayAsk) {
  send("OPTIONS /x HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
  EXPECT_NE(out.find("Access-Control-Allow-Methods: POST, PUT, OPTIONS\r\n"), std::string::npos);
  EXPECT_NE(out.find("Access-Control-Allow-Origin: *\r\n"), std::string::npos);
  EXPECT_EQ(answer(), "204 No Content");
}

TEST_F(UploadExchangeTest, AnswersWhatItDoesNotDo) {
  const std::string place = open();
  const auto answer_to = [&](const std::string& request) {
    connect();
    send(request);
    return answer();
  };
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "404 Not Found: There is nothing here.");
  EXPECT_EQ(answer_to("GET /" + place + " HTTP/1.1\r\nHost: a\r\n\r\n"),
            "405 Method Not Allowed: Files are sent here, by POST or PUT.");
  EXPECT_EQ(answer_to(head("x", "Content-Length: 1")), "404 Not Found: There is no upload to be made here.");
  EXPECT_EQ(answer_to(head(place, "X: y")), "400 Bad Request: The request has no body.");
  EXPECT_EQ(answer_to(head(place, "Content-Length: 1\r\nExpect: the-worst")),
            "417 Expectation Failed: Nothing but 100-continue can be expected here.");
  EXPECT_EQ(answer_to(head(place, "Content-Length: 1\r\nContent-Range: bytes 1-1/2")),
            "400 Bad Request: Files are taken whole, not in parts.");
  EXPECT_EQ(answer_to(head(place, "Content-Length: 1\r\nContent-Encoding: gzip")),
            "415 Unsupported Media Type: No content coding is taken: send the file as it is.");
  EXPECT_TRUE(uploads.empty());
}

TEST_F(UploadExchangeTest, KnowsItsPlacesInEveryForm) {
  for (const char* before : {"/", "http://a.example:9091/", "HTTP://a/", "/uploads/"}) {
    const std::string place = open();
    connect();
    send("PUT " + (before + place) +
         "?x=/y HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    EXPECT_EQ(answer(), "100 Continue") << before;
  }
  EXPECT_EQ(uploads.size(), 4u);
}

TEST_F(UploadExchangeTest, SoManyFilesComeAtOnceAndNoMore) {
  std::vector<std::unique_ptr<UploadExchange>> others;
  const auto send_one = [&](const std::string& place) {
    connect();
    send(head(place, "Content-Length: 2") + "x");
    others.push_back(std::move(exchange));
  };
  for (std::size_t i = 0; i < UploadPlaces::kMostUploads; ++i) send_one(open());
  EXPECT_EQ(answer(), "");
  const std::string place = open();
  send_one(place);
  EXPECT_NE(out.find("Retry-After: 10\r\n"), std::string::npos);
  EXPECT_EQ(answer(), "503 Service Unavailable: Too many files are being sent.");
  others.front().reset();
  send_one(place);
  EXPECT_EQ(answer(), "");
  EXPECT_EQ(uploads.size(), UploadPlaces::kMostUploads + 1);
  others.clear();
}

TEST(UploadPlaces, NamesAreNotToBeGuessed) {
  UploadPlaces places(std::make_unique<base::SystemRandom>());
  const std::string one = places.open({}), other = places.open({});
  EXPECT_EQ(one.size(), 36u);
  EXPECT_NE(one, other);
  EXPECT_NE(one.substr(0, 8), other.substr(0, 8));
}

}  // namespace
}  // namespace kaskado::elements
