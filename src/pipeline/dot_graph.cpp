#include "pipeline/dot_graph.hpp"

#include <set>

#include "pipeline/media_element.hpp"

namespace kaskado::pipeline {

namespace {

// Names are the client's text: quoted for DOT.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out += '"';
}

void collect(const MediaObject& object, std::set<const MediaElement*>& elements) {
  if (const auto* element = dynamic_cast<const MediaElement*>(&object)) elements.insert(element);
  for (const MediaObject* child : object.children()) collect(*child, elements);
}

// The type, and which media of it, where that is another than the default.
std::string label_of(const Link& link) {
  std::string label(to_string(link.type));
  const bool is_default =
      link.source_description == kDefaultDescription && link.sink_description == kDefaultDescription;
  return is_default ? label : label + " " + link.source_description + " to " + link.sink_description;
}

}  // namespace

std::string dot_graph(const MediaObject& object) {
  std::set<const MediaElement*> elements;
  collect(object, elements);
  std::string nodes, edges;
  std::set<const MediaElement*> named = elements;
  for (const MediaElement* element : elements) {
    for (const Link* link : element->incoming()) named.insert(link->source);
    for (const auto& link : element->outgoing()) named.insert(link->sink);
  }
  std::set<const Link*> links;
  for (const MediaElement* element : elements) {
    links.insert(element->incoming().begin(), element->incoming().end());
    for (const auto& link : element->outgoing()) links.insert(link.get());
  }
  for (const MediaElement* element : named) {
    nodes += "  " + quoted(element->id()) + " [label=" + quoted(std::string(element->info().name)) + "];\n";
  }
  for (const Link* link : links) {
    edges += "  " + quoted(link->source->id()) + " -> " + quoted(link->sink->id()) +
             " [label=" + quoted(label_of(*link)) + "];\n";
  }
  return "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n" + nodes + edges + "}\n";
}

}  // namespace kaskado::pipeline
