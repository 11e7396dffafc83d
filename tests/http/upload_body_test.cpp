#include "http/upload_body.hpp"

#include <gtest/gtest.h>

#include "http/pieces.hpp"

namespace kaskado::http {
namespace {

using test::for_each_split;
using test::Pieces;

RequestHead head_with(std::vector<Field> fields) {
  RequestHead head;
  head.fields = std::move(fields);
  return head;
}

std::string text_of(const Response& response) {
  return std::to_string(static_cast<int>(response.status)) + " " + response.text;
}

// The file, or "!" and how the request is answered.
std::string file_of(const RequestHead& head, const Pieces& pieces) {
  auto body = UploadBody::of(head);
  if (!body) return "!" + text_of(body.error());
  std::string file;
  for (const std::string& piece : pieces) {
    for (base::Bytes rest = base::as_bytes(piece); !rest.empty();) {
      const auto step = body->receive(rest);
      if (step.refusal) return "!" + text_of(*step.refusal);
      file += base::as_text(step.file);
      rest = rest.subspan(step.taken);
    }
  }
  const auto refusal = body->finish();
  return refusal ? "!" + text_of(*refusal) : file;
}

const RequestHead kForm = head_with({{"Content-Type", "multipart/form-data; boundary=\"b 0\""}});

TEST(UploadBody, IsTheFileItself) {
  for (const char* type : {"video/webm", "application/octet-stream", "application/x-www-form-urlencoded"}) {
    EXPECT_EQ(file_of(head_with({{"Content-Type", type}}), {"ab", "c"}), "abc") << type;
  }
  EXPECT_EQ(file_of(head_with({}), {"abc"}), "abc");
  EXPECT_EQ(file_of(head_with({{"Content-Encoding", "Identity"}}), {"abc"}), "abc");
}

TEST(UploadBody, IsTheFirstFileOfAForm) {
  for_each_split(
      "--b 0\r\nContent-Disposition: form-data; name=a\r\n\r\nnot this\r\n"
      "--b 0\r\nContent-Disposition: form-data; name=b; filename=x\r\n\r\nthis\r\n"
      "--b 0\r\nContent-Disposition: form-data; name=c; filename=y\r\n\r\nnor that\r\n--b 0--\r\n",
      [](const Pieces& pieces) { ASSERT_EQ(file_of(kForm, pieces), "this"); });
}

TEST(UploadBody, KnowsAFileByItsType) {
  EXPECT_EQ(file_of(kForm, {"--b 0\r\nContent-Type: Video/webm\r\n\r\nthis\r\n--b 0--"}), "this");
}

TEST(UploadBody, SaysWhatIsMissing) {
  EXPECT_EQ(file_of(kForm, {"--b 0\r\n\r\nx\r\n--b 0--"}), "!400 The form has no file.");
  EXPECT_EQ(file_of(kForm, {"--b 0\r\nContent-Type: video/webm\r\n\r\nth"}),
            "!400 The form ends in the middle of a part.");
  EXPECT_EQ(file_of(kForm, {"--b 0x"}), "!400 A delimiter of the form has something behind it.");
}

TEST(UploadBody, TakesNoOtherForm) {
  EXPECT_EQ(file_of(head_with({{"Content-Type", "multipart/form-data"}}), {}),
            "!400 The form's Content-Type has no boundary.");
  EXPECT_EQ(file_of(head_with({{"Content-Type", "multipart/form-data; boundary=\"\""}}), {}),
            "!400 The form's boundary is not one (RFC 2046).");
  EXPECT_EQ(file_of(head_with({{"Content-Type", "multipart/mixed; boundary=a"}}), {}),
            "!415 Of multipart types only multipart/form-data is taken.");
  EXPECT_EQ(file_of(head_with({{"Content-Type", "a; b"}}), {}),
            "!400 The Content-Type has a parameter without '='.");
  EXPECT_EQ(file_of(head_with({{"Content-Encoding", "gzip"}}), {}),
            "!415 No content coding is taken: send the file as it is.");
}

}  // namespace
}  // namespace kaskado::http
