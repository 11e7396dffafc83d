// Messages of data channels along the graph, on one shard and on several.
#include "spread_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class DataPath : public SpreadTest {
 protected:
  DataRef message(std::string_view text) { return window.admit({text.begin(), text.end()}, false, "label"); }
  static std::vector<std::string> texts_of(const TestElement& element) {
    std::vector<std::string> texts;
    for (const DataRef& each : element.data) texts.emplace_back(each->bytes.begin(), each->bytes.end());
    return texts;
  }

  DataWindow window;
};

using Texts = std::vector<std::string>;

TEST_F(DataPath, GoesToAllThatDataIsConnectedTo) {
  TestElement& a = add_here("a");
  TestElement& b = add_here("b");
  TestElement& c = add_here("c");
  TestElement& d = add_here("d");
  link("a", "b");
  link("a", "c", MediaType::data);
  link("a", "d", MediaType::video);
  a.send_data(message("x"));
  EXPECT_EQ(texts_of(b), Texts{"x"});
  EXPECT_EQ(texts_of(c), Texts{"x"});
  EXPECT_TRUE(d.data.empty());
  unlink("a", "b", MediaType::data);
  a.send_data(message("y"));
  EXPECT_EQ(texts_of(b), Texts{"x"});
}

TEST_F(DataPath, GoesOnBehindThoseThatPass) {
  TestElement& a = add_here("a");
  TestElement& passing = add_here("passing");
  passing.pass_on();
  TestElement& c = add_here("c");
  TestElement& behind = add_here("behind");
  link("a", "passing");
  link("passing", "c");
  link("c", "behind");
  a.send_data(message("x"));
  EXPECT_EQ(texts_of(c), Texts{"x"});
  EXPECT_TRUE(behind.data.empty());  // c passes nothing on
}

TEST_F(DataPath, CircleEnds) {
  TestElement& a = add_here("a");
  a.pass_on();
  TestElement& b = add_here("b");
  b.pass_on();
  link("a", "b");
  link("b", "a");
  a.send_data(message("x"));
  EXPECT_LE(a.data.size() + b.data.size(), 300u);
}

TEST_F(DataPath, ReachesElementsOfOtherShards) {
  add_here("a");
  TestElement& far = add_on(1, "far");
  TestElement& farther = add_on(2, "farther");
  link("a", "far");
  link("far", "farther");
  element(0, "a").send_data(message("x"));
  EXPECT_TRUE(far.data.empty());  // on its way
  settle();
  EXPECT_EQ(texts_of(far), Texts{"x"});
  EXPECT_TRUE(farther.data.empty());
  far.send_data(message("y"));
  settle();
  EXPECT_EQ(texts_of(farther), Texts{"y"});
}

TEST_F(DataPath, WhatIsOnItsWayToAnElementThatIsGoneIsLost) {
  add_here("a");
  add_on(1, "far");
  link("a", "far");
  element(0, "a").send_data(message("x"));
  second.objects().release("pipe/far");
  settle();
  EXPECT_TRUE(window.is_open());
}

TEST_F(DataPath, WindowIsClosedWhileSomebodyHoldsAMegabyte) {
  TestElement& a = add_here("a");
  TestElement& b = add_here("b");
  TestElement& far = add_on(1, "far");
  link("a", "b");
  link("a", "far");
  const std::string half(DataWindow::kMostBytes / 2, 'h');
  a.send_data(message(half));
  settle();
  EXPECT_TRUE(window.is_open());
  a.send_data(message(half));
  settle();
  EXPECT_FALSE(window.is_open());
  b.data.clear();
  EXPECT_FALSE(window.is_open());  // the other still has them
  far.data.pop_back();
  EXPECT_TRUE(window.is_open());
}

}  // namespace
}  // namespace kaskado::pipeline::test
