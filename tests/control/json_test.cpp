#include "control/json.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kaskado::control {
namespace {

using pipeline::Array;
using pipeline::Object;
using pipeline::Value;

std::string round_trip(std::string_view text) {
  const auto value = parse_json(text);
  return value ? write_json(*value) : "refused: " + value.error().message;
}

TEST(Json, KeepsEveryKindOfValue) {
  const char* all =
      R"({"a":null,"b":[true,false],"c":-5,"d":9223372036854775807,"e":1.5,"f":"é\n\"","g":{}})";
  EXPECT_EQ(round_trip(all), all);
}

TEST(Json, DoublesKeepTheirDecimalPoint) {
  EXPECT_EQ(write_json(Value(30.0)), "30.0");
  EXPECT_EQ(write_json(Value(0.000732421875)), "0.000732421875");
  EXPECT_EQ(round_trip("1.0"), "1.0");
}

TEST(Json, WhatIsNoNumberBecomesNull) {
  EXPECT_EQ(write_json(Value(std::numeric_limits<double>::quiet_NaN())), "null");
  EXPECT_EQ(write_json(Value(std::numeric_limits<double>::infinity())), "null");
}

// RFC 8259 §7.
TEST(Json, EscapesWhatMustNotStandInAString) {
  std::string all;
  for (char c = 0; c < 0x30; ++c) all += c;
  all += R"(A/\]\\)";
  all += "\x7f\u00e9";
  EXPECT_EQ(
      write_json(Value(all)),
      R"("\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000B\f\r\u000E\u000F)"
      R"(\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F)"
      R"( !\"#$%&'()*+,-./A/\\]\\\\)"
      "\x7f\u00e9\"");
  EXPECT_EQ(round_trip(write_json(Value(all))), write_json(Value(all)));
}

TEST(Json, NestsArraysAndObjects) {
  const char* all = R"([[],[[1],{}],{"a":[{"b":[]},{"c":{"d":1,"e":2}}],"":""},-9223372036854775808])";
  EXPECT_EQ(round_trip(all), all);
}

TEST(Json, ComplexValuesCarryTheirType) {
  Object tag;
  tag.module = "kurento";
  tag.type = "Tag";
  tag.set("key", "k");
  EXPECT_EQ(write_json(tag), R"({"__module__":"kurento","__type__":"Tag","key":"k"})");
}

TEST(Json, OfTwoMembersWithOneNameTheLastCounts) {
  EXPECT_EQ(round_trip(R"({"id":1,"a":0,"id":2})"), R"({"a":0,"id":2})");
  std::string many = "{";
  for (int i = 0; i < 40; ++i)
    many += "\"k" + std::to_string(i % 20) + "\":" + std::to_string(i) + (i < 39 ? "," : "}");
  const auto value = parse_json(many);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->object()->members.size(), 20u);
  EXPECT_EQ(*value->object()->find("k0")->integer(), 20);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", " ", "{", "{\"a\":1,}", "[1] x", "/* c */1", "nul", "'a'", "\"\xff\"", "\"\\ud800\"", "1e999",
        "NaN", "01", "+1", "{\"a\" 1}", "[1 2]", "\"a\nb\"", "{1:2}"}) {
    EXPECT_FALSE(parse_json(text).ok()) << text;
  }
}

TEST(Json, RefusesHalfASurrogatePairWhichWouldBeWrittenAsBadUtf8) {
  for (const char* text :
       {R"("\ude00")", R"("\ud33d\ude00")", R"({"\udfff":1})", R"(["a\uDC00b"])", R"("\ud83d")"})
    EXPECT_FALSE(parse_json(text).ok()) << text;
  EXPECT_EQ(round_trip(R"("\ud83d\ude00")"), "\"\xf0\x9f\x98\x80\"");
  EXPECT_EQ(round_trip("\"\xed\x9f\xbf\xee\x80\x80\""), "\"\xed\x9f\xbf\xee\x80\x80\"");  // their neighbours
}

TEST(Json, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(64)).ok());
  EXPECT_EQ(round_trip(nested(65)).substr(0, 30), "refused: nested too deeply (at");
  EXPECT_FALSE(parse_json(nested(100'000)).ok());
}

TEST(Json, RefusesMoreValuesThanItsLimit) {
  EXPECT_TRUE(parse_json("[1,2,3]", {.depth = 4, .values = 4}).ok());
  EXPECT_FALSE(parse_json("[1,2,3,4]", {.depth = 4, .values = 4}).ok());
}

TEST(Json, NumbersAreTheNearestThatThereAre) {
  EXPECT_EQ(round_trip("[0e-111,-0,1e2,5e-324,1e-400,2.2250738585072011e-308,0.1,9007199254740993.0]"),
            "[0.0,0,100.0,5e-324,0.0,2.225073858507201e-308,0.1,9007199254740992.0]");
  for (const char* many : {"1e309", "-1e309", "[1e99999999999]"}) EXPECT_FALSE(parse_json(many)) << many;
}

TEST(Json, NumbersPastAnIntegerAreDoubles) {
  const auto value = parse_json("18446744073709551615");
  ASSERT_TRUE(value.ok());
  ASSERT_TRUE(value->real());
  EXPECT_EQ(*value->real(), 18446744073709551615.0);
}

}  // namespace
}  // namespace kaskado::control
