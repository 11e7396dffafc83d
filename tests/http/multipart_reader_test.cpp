#include "http/multipart_reader.hpp"

#include <gtest/gtest.h>

#include "http/pieces.hpp"

namespace kaskado::http {
namespace {

using test::for_each_split;
using test::Pieces;
using Event = MultipartReader::Event;

// Parts as "name|file name|type|bytes"; "end" and "!why" where it came to that.
std::vector<std::string> read_all(const Pieces& pieces, std::string_view boundary = "b0") {
  MultipartReader reader = *MultipartReader::make(boundary);
  std::vector<std::string> told;
  for (const std::string& piece : pieces) {
    base::Bytes rest = base::as_bytes(piece);
    for (;;) {
      const auto [taken, event] = reader.receive(rest);
      rest = rest.subspan(taken);
      if (event == Event::part) {
        const auto& part = reader.part();
        told.push_back(part.name + "|" + part.file_name.value_or("-") + "|" + part.content_type + "|");
      }
      if (event == Event::bytes) {
        EXPECT_FALSE(reader.bytes().empty());
        told.back() += base::as_text(reader.bytes());
      }
      if (event == Event::refused) told.push_back("!" + reader.error());
      if (event == Event::refused) return told;
      if (event == Event::end || rest.empty()) break;
    }
  }
  if (reader.has_ended()) told.emplace_back("end");
  return told;
}

void expect_told(const std::string& text, const std::vector<std::string>& expected) {
  for_each_split(text,
                 [&](const Pieces& pieces) { ASSERT_EQ(read_all(pieces), expected) << pieces.front(); });
}

TEST(MultipartReader, TakesAFormAsBrowsersWriteIt) {
  expect_told(
      "--b0\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA film\r\n"
      "--b0\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.webm\"\r\nContent-Type: "
      "video/webm\r\n\r\n"
      "\r\n\r--b0\r\n--b\r\n--b1\r\n\r\n--b0--\r\n",
      {"title|-|text/plain|A film", "f|a.webm|video/webm|\r\n\r--b0\r\n--b\r\n--b1\r\n", "end"});
}

TEST(MultipartReader, LeavesOutWhatStandsBeforeAndBehind) {
  expect_told("This is a form.\r\n--b\r\n--b0  \t\r\n\r\nx\r\n--b0--\r\nThat was it.\r\n--b0\r\n",
              {"|-|text/plain|x", "end"});
}

TEST(MultipartReader, TakesEmptyParts) {
  expect_told(
      "--b0\r\nContent-Disposition: form-data; name=a; filename=\"\"\r\n\r\n\r\n"
      "--b0\r\nContent-Disposition: form-data; name=b\r\n\r\n--b0\r\n\r\n\r\n--b0--",
      {"a||text/plain|", "b|-|text/plain|", "|-|text/plain|", "end"});
}

TEST(MultipartReader, IsNotAtItsEndBeforeTheLastDelimiter) {
  expect_told("--b0\r\n\r\nx\r\n--b0", {"|-|text/plain|x"});
  expect_told("--b0\r\n\r\nx\r\n--b0-", {"|-|text/plain|x"});
}

TEST(MultipartReader, GivesRandomBytesBackAsTheyWere) {
  base::SeededRandom random(3);
  for (int round = 0; round < 300; ++round) {
    std::string content(random.below(300), '\0');
    for (char& c : content) c = "\r\n-b0x"[random.below(6)];
    if (content.find("\r\n--b0") != std::string::npos || content.starts_with("--b0")) continue;
    const std::string form = "--b0\r\n\r\n" + content + "\r\n--b0--";
    Pieces pieces;
    for (std::size_t at = 0; at < form.size();) {
      const std::size_t length = 1 + random.below(9);
      pieces.push_back(form.substr(at, length));
      at += length;
    }
    ASSERT_EQ(read_all(pieces), (std::vector<std::string>{"|-|text/plain|" + content, "end"})) << round;
  }
}

TEST(MultipartReader, RefusesWhatIsNoForm) {
  expect_told("--b0x\r\n\r\n", {"!A delimiter of the form has something behind it."});
  expect_told("--b0-x", {"!A delimiter of the form has something behind it."});
  expect_told("--b0\r\nContent-Disposition: form-data; name\r\n\r\n",
              {"!A part's Content-Disposition has a parameter without '='."});
}

TEST(MultipartReader, HasLimits) {
  EXPECT_EQ(read_all({"--b0\r\nX: " + std::string(MultipartReader::kMostHeadBytes, 'x')}),
            std::vector<std::string>{"!A part's head is longer than 8192 bytes."});
  EXPECT_EQ(read_all({"--b0" + std::string(100, ' ')}),
            std::vector<std::string>{"!A delimiter of the form has something behind it."});
  std::string many;
  for (std::size_t i = 0; i <= MultipartReader::kMostParts; ++i) many += "\r\n--b0\r\n\r\n";
  EXPECT_EQ(read_all({many}).back(), "!The form has more than 64 parts.");
}

TEST(MultipartReader, KnowsBoundaries) {
  EXPECT_TRUE(MultipartReader::make("----WebKitFormBoundary7MA4YWxkTrZu0gW").ok());
  EXPECT_TRUE(MultipartReader::make(std::string(70, 'x')).ok());
  for (const std::string& wrong :
       {std::string(), std::string(71, 'x'), std::string("a "), std::string("a\rb"), std::string("a\"b")}) {
    EXPECT_FALSE(MultipartReader::make(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace kaskado::http
