#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include "http/pieces.hpp"

namespace kaskado::http {
namespace {

using test::for_each_split;
using test::Pieces;
using Event = RequestParser::Event;

const RequestParser::Limits kLimits{.head_bytes = 512, .body_bytes = 1000};

// What came of a connection: requests as "METHOD target [body]", and the refusal that ended it.
struct Told {
  std::vector<std::string> requests;
  std::string refusal;
  RequestHead last;
  bool operator==(const Told& other) const { return requests == other.requests && refusal == other.refusal; }
};

Told read_all(const Pieces& pieces, RequestParser::Limits limits = kLimits) {
  RequestParser parser(limits);
  Told told;
  std::string body;
  for (const std::string& piece : pieces) {
    base::Bytes rest = base::as_bytes(piece);
    for (;;) {
      const auto [taken, event] = parser.receive(rest);
      rest = rest.subspan(taken);
      if (event == Event::more) {
        EXPECT_TRUE(rest.empty());
        break;
      }
      if (event == Event::refused) {
        told.refusal =
            std::to_string(static_cast<int>(parser.refusal().status)) + " " + parser.refusal().text;
        return told;
      }
      if (event == Event::head) told.last = parser.head();
      if (event == Event::body) body += base::as_text(parser.body());
      if (event == Event::end) {
        told.requests.push_back(parser.head().method + " " + parser.head().target + " [" +
                                std::exchange(body, {}) + "]");
        parser.next();
      }
    }
  }
  return told;
}

void expect_told(const std::string& text, const Told& expected) {
  for_each_split(text, [&](const Pieces& pieces) {
    const Told told = read_all(pieces);
    ASSERT_EQ(told.requests, expected.requests) << pieces.front();
    ASSERT_EQ(told.refusal, expected.refusal) << pieces.front();
  });
}

TEST(RequestParser, TakesABodyOfKnownLength) {
  expect_told("POST /u HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", {{"POST /u [hello]"}, ""});
}

TEST(RequestParser, TakesChunks) {
  expect_told(
      "PUT /u?q=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;name=\"value\"\r\n,\r\n00006\r\n world\r\n0\r\nContent-Type: late\r\n\r\n",
      {{"PUT /u?q=1 [hello, world]"}, ""});
}

// Beast's own assertion did not hold where the last chunk is the first.
TEST(RequestParser, TakesALastChunkAlone) {
  const std::string head = "PUT /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect_told(head + "0\r\n\r\n" + head + "0\r\nX: y\r\n\r\n", {{"PUT /u []", "PUT /u []"}, ""});
}

TEST(RequestParser, TakesOneRequestBehindTheOther) {
  expect_told(
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nPOST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
      "POST /b HTTP/1.0\r\nContent-Length: 0\r\n\r\nGET /c HTTP/1.1\r\nHost:\r\n\r\n",
      {{"OPTIONS * []", "POST /a [x]", "POST /b []", "GET /c []"}, ""});
}

TEST(RequestParser, TellsTheHead) {
  const Told told =
      read_all({"FROB /%20 HTTP/1.0\r\nConnection: keep-alive\r\nX-A:  b c \r\nContent-Length: 2\r\n\r\n"});
  EXPECT_EQ(told.last.method, "FROB");
  EXPECT_EQ(told.last.target, "/%20");
  EXPECT_EQ(told.last.minor_version, 0);
  EXPECT_EQ(*told.last.find("x-a"), "b c");
  EXPECT_EQ(told.last.content_length, 2u);
  EXPECT_FALSE(told.last.is_chunked);
  EXPECT_TRUE(told.last.keeps_alive);
  EXPECT_TRUE(told.last.has_body());
  EXPECT_FALSE(read_all({"GET / HTTP/1.0\r\n\r\n"}).last.keeps_alive);
  EXPECT_FALSE(read_all({"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}).last.keeps_alive);
}

TEST(RequestParser, LeavesWhatComesBehindToTheCaller) {
  RequestParser parser(kLimits);
  const std::string text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxGET";
  const auto head = parser.receive(base::as_bytes(text));
  EXPECT_EQ(head.event, Event::head);
  const auto body = parser.receive(base::as_bytes(text).subspan(head.taken));
  EXPECT_EQ(body.event, Event::body);
  const auto end = parser.receive(base::as_bytes(text).subspan(head.taken + body.taken));
  EXPECT_EQ(end.event, Event::end);
  EXPECT_EQ(text.substr(head.taken + body.taken + end.taken), "GET");
}

struct Refused {
  const char* name;
  std::string text;
  const char* status;
};
class RequestParserRefuses : public testing::TestWithParam<Refused> {};

// Whatever the split, and nothing of the body comes through where the framing is in doubt.
TEST_P(RequestParserRefuses, ByStatus) {
  std::string last;
  for_each_split(GetParam().text, [&](const Pieces& pieces) {
    const Told told = read_all(pieces);
    ASSERT_TRUE(told.requests.empty());
    ASSERT_EQ(told.refusal.substr(0, 3), GetParam().status) << told.refusal;
    EXPECT_TRUE(told.refusal.ends_with("."));
  });
}

const std::string kBegin = "POST /u HTTP/1.1\r\nHost: a\r\n";
const Refused kRefused[] = {
    {"NoHttp", "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03 TLS?\r\n\r\n", "400"},
    {"NoTarget", "POST  HTTP/1.1\r\n\r\n", "400"},
    {"NoVersion", "POST /u\r\n\r\n", "400"},
    {"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
    {"NoHost", "POST /u HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "400"},
    {"TwoHosts", kBegin + "Host: b\r\nContent-Length: 1\r\n\r\nx", "400"},
    {"SpaceBeforeColon", kBegin + "Content-Length : 1\r\n\r\nx", "400"},
    {"BareCarriageReturn", kBegin + "X: a\rb\r\n\r\n", "400"},
    {"ZeroByte", kBegin + "X: a" + std::string(1, '\0') + "\r\n\r\n", "400"},
    {"TwoLengths", kBegin + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", "400"},
    {"SignedLength", kBegin + "Content-Length: +1\r\n\r\nx", "400"},
    {"GreatLength", kBegin + "Content-Length: 18446744073709551617\r\n\r\nx", "400"},
    {"LengthAndChunks", kBegin + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    {"ChunksAndLength", kBegin + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", "400"},
    {"ChunkedTwice", kBegin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400"},
    {"OtherCoding", kBegin + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"},
    {"CodingBehindChunks", kBegin + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "501"},
    {"CodingBeforeChunks", kBegin + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"},
    {"ChunksOfHttp10", "POST /u HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    {"LongBody", kBegin + "Content-Length: 1001\r\n\r\n", "413"},
    {"LongChunk", kBegin + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", "413"},
    {"HexChunk", kBegin + "Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n", "400"},
    {"NegativeChunk", kBegin + "Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n", "400"},
    {"GreatChunk", kBegin + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\nx\r\n0\r\n\r\n", "400"},
    {"ChunkWithoutEnd", kBegin + "Transfer-Encoding: chunked\r\n\r\n1\r\nxy0\r\n\r\n", "400"},
    {"LongTarget", "POST /" + std::string(600, 'u') + " HTTP/1.1\r\n\r\n", "431"},
    {"LongField", kBegin + "X: " + std::string(600, 'u') + "\r\n\r\n", "431"},
    {"ManyFields",
     kBegin +
         [] {
           std::string all;
           for (int i = 0; i < 100; ++i) all += "X: 1\r\n";
           return all;
         }() +
         "\r\n",
     "431"},
    {"LongChunkExtension", kBegin + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(600, 'u'), "431"},
    {"LongTrailer", kBegin + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(600, 'u'), "431"},
};
INSTANTIATE_TEST_SUITE_P(Requests, RequestParserRefuses, testing::ValuesIn(kRefused),
                         [](const auto& one) { return std::string(one.param.name); });

// Lines that end in LF alone are refused, or waited for in vain.
TEST(RequestParser, TakesNoBareLineFeeds) {
  for_each_split("POST /u HTTP/1.1\nHost: a\nContent-Length: 1\n\nx",
                 [](const Pieces& pieces) { ASSERT_TRUE(read_all(pieces).requests.empty()); });
}

TEST(RequestParser, LimitsTheSumOfChunks) {
  std::string text = kBegin + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i) text += "64\r\n" + std::string(100, 'x') + "\r\n";
  EXPECT_EQ(read_all({text}).refusal.substr(0, 3), "413");
}

TEST(RequestParser, TakesABodyOfTheLimit) {
  const Told told = read_all({kBegin + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')});
  EXPECT_EQ(told.requests.size(), 1u);
}

TEST(RequestParser, KnowsWhetherARequestHasBegun) {
  RequestParser parser(kLimits);
  EXPECT_FALSE(parser.has_begun());
  parser.receive(base::as_bytes("P"));
  EXPECT_TRUE(parser.has_begun());
}

// What has come of the head is all that is kept, and a body goes by without a copy.
TEST(RequestParser, GivesTheBodyWhereItStands) {
  RequestParser parser(kLimits);
  const std::string head = kBegin + "Content-Length: 900\r\n\r\n", body(900, 'x');
  parser.receive(base::as_bytes(head));
  const auto [taken, event] = parser.receive(base::as_bytes(body));
  EXPECT_EQ(event, Event::body);
  EXPECT_EQ(taken, 900u);
  EXPECT_EQ(static_cast<const void*>(parser.body().data()), body.data());
}

}  // namespace
}  // namespace kaskado::http
