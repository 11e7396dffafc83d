#include "pipeline/dot_graph.hpp"

#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class DotGraph : public ElementTest {
 protected:
  // How many lines of the graph are like this one.
  static int count(const std::string& graph, const std::string& line) {
    int found = 0;
    for (std::size_t at = graph.find(line); at != std::string::npos; at = graph.find(line, at + 1)) ++found;
    return found;
  }
  static int arrows(const std::string& graph) { return count(graph, " -> "); }
  static int boxes(const std::string& graph) { return count(graph, "[label=\"TestElement\"];\n"); }
  const MediaObject& pipeline() { return *shard.objects().find("pipe"); }
};

TEST_F(DotGraph, OfAnEmptyPipelineIsAGraph) {
  EXPECT_EQ(dot_graph(pipeline()), "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n}\n");
}

TEST_F(DotGraph, OfAPipelineHasAllElementsAndLinksOnce) {
  TestElement& a = add("a");
  TestElement& b = add("b");
  add("alone");
  connect(a, b);
  connect(b, b, MediaType::video);
  const std::string graph = dot_graph(pipeline());
  EXPECT_EQ(boxes(graph), 3);
  EXPECT_EQ(arrows(graph), 3);
  EXPECT_EQ(count(graph, "  \"a\" -> \"b\" [label=\"AUDIO\"];\n"), 1);
  EXPECT_EQ(count(graph, "  \"b\" -> \"b\" [label=\"VIDEO\"];\n"), 1);  // took the place of a's
  EXPECT_EQ(count(graph, "  \"alone\" [label=\"TestElement\"];\n"), 1);
}

TEST_F(DotGraph, OfAnElementHasItsNeighboursAndNoOthers) {
  TestElement& a = add("a");
  TestElement& b = add("b");
  TestElement& c = add("c");
  TestElement& d = add("d");
  connect(a, b, MediaType::audio);
  connect(b, c, MediaType::audio);
  connect(c, d, MediaType::audio);
  const std::string graph = b.get_gstreamer_dot({}).value();
  EXPECT_EQ(graph, dot_graph(b));
  EXPECT_EQ(boxes(graph), 3);
  EXPECT_EQ(arrows(graph), 2);
  EXPECT_EQ(count(graph, "\"d\""), 0);
}

TEST_F(DotGraph, QuotesWhatWouldEndAName) {
  add("we\"ird\\id\nof two lines");
  EXPECT_EQ(count(dot_graph(pipeline()), "  \"we\\\"ird\\\\id of two lines\" ["), 1);
}

}  // namespace
}  // namespace kaskado::pipeline::test
