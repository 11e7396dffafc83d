#include "http/message.hpp"

#include <gtest/gtest.h>

namespace kaskado::http {
namespace {

TEST(RequestHead, FindsFieldsByAnyCase) {
  RequestHead head;
  head.fields = {{"X-One", "1"}, {"x-one", "2"}};
  EXPECT_EQ(*head.find("X-ONE"), "1");
  EXPECT_EQ(head.find("X-Two"), nullptr);
}

TEST(RequestHead, LooksIntoLists) {
  RequestHead head;
  head.fields = {{"Expect", "a, 100-Continue"}, {"Connection", "close"}};
  EXPECT_TRUE(head.expects_continue());
  EXPECT_FALSE(head.lists("Connection", "keep-alive"));
  head.minor_version = 0;
  EXPECT_FALSE(head.expects_continue());
}

TEST(Response, IsWrittenWithItsLength) {
  EXPECT_EQ(to_text({Status::gone, "It is gone.", {{"X-A", "b"}}}, false),
            "HTTP/1.1 410 Gone\r\nX-A: b\r\nAccess-Control-Allow-Origin: *\r\nCache-Control: "
            "no-store\r\nConnection: close\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 12\r\n\r\nIt is gone.\n");
}

TEST(Response, HasNoBodyWhereThereIsNone) {
  EXPECT_EQ(to_text({Status::no_content, ""}, true),
            "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nCache-Control: "
            "no-store\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(to_text({Status::ok, ""}, true).ends_with("\r\nContent-Length: 0\r\n\r\n"));
  // In answer to HEAD the length is told, and that is all (RFC 9110 §9.3.2).
  EXPECT_TRUE(to_text({Status::ok, "abc"}, true, false).ends_with("\r\nContent-Length: 4\r\n\r\n"));
}

TEST(Status, EachHasAPhrase) {
  for (const Status status :
       {Status::ok, Status::no_content, Status::bad_request, Status::not_found, Status::method_not_allowed,
        Status::request_timeout, Status::conflict, Status::gone, Status::content_too_large,
        Status::unsupported_media_type, Status::range_not_satisfiable, Status::expectation_failed,
        Status::header_fields_too_large, Status::internal_server_error, Status::not_implemented,
        Status::service_unavailable, Status::version_not_supported}) {
    EXPECT_FALSE(reason_phrase(status).empty()) << static_cast<int>(status);
  }
}

}  // namespace
}  // namespace kaskado::http
