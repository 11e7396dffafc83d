// The element graph in Graphviz's DOT language, what `getGstreamerDot` answers.
#pragma once

#include <string>

namespace kaskado::pipeline {

class MediaObject;

// The graph of an element with its neighbours, or of a pipeline with all its elements.
std::string dot_graph(const MediaObject& object);

}  // namespace kaskado::pipeline
