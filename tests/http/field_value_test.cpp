#include "http/field_value.hpp"

#include <gtest/gtest.h>

#include "http/content_range.hpp"

namespace kaskado::http {
namespace {

TEST(FieldValue, HasAValueAndParameters) {
  const auto parsed =
      parse_field_value(R"(Form-Data; Name="a \"b\" c";filename = "C:\fakepath\x;y.webm" ; size=3)");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->value, "form-data");
  EXPECT_EQ(*parsed->find("name"), "a \"b\" c");
  EXPECT_EQ(*parsed->find("filename"), "C:\\fakepath\\x;y.webm");
  EXPECT_EQ(*parsed->find("size"), "3");
  EXPECT_EQ(parsed->find("other"), nullptr);
}

TEST(FieldValue, MayEndInASemicolon) {
  const auto parsed = parse_field_value("video/webm; ");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->value, "video/webm");
  EXPECT_TRUE(parsed->parameters.empty());
}

TEST(FieldValue, SaysWhatIsWrong) {
  EXPECT_EQ(parse_field_value("").error().message, "is empty");
  EXPECT_EQ(parse_field_value("; a=b").error().message, "is empty");
  EXPECT_EQ(parse_field_value("a; b").error().message, "has a parameter without '='");
  EXPECT_EQ(parse_field_value("a; b; c=d").error().message, "has a parameter without '='");
  EXPECT_EQ(parse_field_value("a; b=\"c").error().message, "has a text in quotes that does not end");
  EXPECT_EQ(parse_field_value("a; b=\"c\"d").error().message, "has something behind a text in quotes");
  EXPECT_EQ(parse_field_value("a; b=c; B=d").error().message, "has 'b' twice");
  std::string many = "a";
  for (int i = 0; i < 17; ++i) many += "; p" + std::to_string(i) + "=1";
  EXPECT_EQ(parse_field_value(many).error().message, "has a parameter too many");
}

TEST(ContentRange, IsReadOrIsNone) {
  const auto whole = parse_content_range(" bytes 0-99/100 ");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->first, 0u);
  EXPECT_EQ(whole->last, 99u);
  EXPECT_EQ(whole->complete, 100u);
  const auto open = parse_content_range("bytes 18446744073709551614-18446744073709551615/*");
  ASSERT_TRUE(open);
  EXPECT_EQ(open->last, 18446744073709551615u);
  EXPECT_FALSE(open->complete);
  for (const char* wrong : {"", "bytes", "bytes 1-0/2", "bytes 0-1/1", "bytes 0-1", "bytes -1/2", "bytes */2",
                            "bytes 0-1/x", "items 0-1/2", "bytes 0-18446744073709551616/*", "bytes +1-2/3"}) {
    EXPECT_FALSE(parse_content_range(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace kaskado::http
