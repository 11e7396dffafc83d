"""What a new module begins with: a filter that dims pictures, with a property, a method and an event."""
from __future__ import annotations

import re
from string import Template

from descriptor import KURENTO_MODULES, Fault

DESCRIPTOR = Template("""{
  "name": "$name",
  "version": "1.0.0",
  "kaskado": { "abi": 1, "library": "libkaskado-$name.so" },
  "remoteClasses": [
    {
      "name": "$cls",
      "extends": "Filter",
      "doc": "Dims pictures.",
      "constructor": {
        "doc": "Makes one in a pipeline.",
        "params": [
          { "name": "mediaPipeline", "type": "MediaPipeline", "doc": "The pipeline that it will belong to." },
          { "name": "percent", "type": "int", "doc": "How bright pictures stay.", "optional": true, "defaultValue": 50 }
        ]
      },
      "properties": [
        { "name": "percent", "type": "int", "doc": "How bright pictures stay, from 0 to 100." }
      ],
      "methods": [
        {
          "name": "pictures",
          "doc": "Tells how many pictures there have been.",
          "params": [],
          "return": { "type": "int", "doc": "The number of pictures." }
        }
      ],
      "events": ["${event}"]
    }
  ],
  "events": [
    {
      "name": "${event}",
      "extends": "Media",
      "doc": "The first picture has come.",
      "properties": [
        { "name": "width", "type": "int", "doc": "Its width in pixels." },
        { "name": "height", "type": "int", "doc": "Its height in pixels." }
      ]
    }
  ]
}
""")

HEADER = Template("""// Dims pictures.
#pragma once

#include <kaskado/filter.hpp>

namespace $name {

class $cls final : public kaskado::sdk::VideoFilter {
 public:
  $cls(kaskado::sdk::FilterContext& context, int percent);

  void process(kaskado::sdk::VideoFrame& frame) override;

  int percent() const { return percent_; }
  void set_percent(int percent);
  int pictures() const { return pictures_; }

 private:
  int percent_ = 100;
  int pictures_ = 0;
};

}  // namespace $name
""")

SOURCE = Template("""#include "$name.hpp"

#include <algorithm>
#include <stdexcept>

namespace $name {

using namespace kaskado::sdk;

namespace {

constexpr int kBlack = 16;  // of limited range

}  // namespace

$cls::$cls(FilterContext& context, int percent) : VideoFilter(context) { set_percent(percent); }

void $cls::set_percent(int percent) {
  if (percent < 0 || percent > 100) throw std::invalid_argument("percent should be from 0 to 100");
  percent_ = percent;
}

void $cls::process(VideoFrame& frame) {
  if (++pictures_ == 1) {
    context().raise_event("${event}", {{"width", frame.width()}, {"height", frame.height()}});
  }
  const I420 picture = frame.edit_i420();
  for (int row = 0; row < picture.height; ++row) {
    std::uint8_t* const pixels = picture.y.data + row * picture.y.stride;
    std::transform(pixels, pixels + picture.width, pixels, [this](std::uint8_t pixel) {
      return static_cast<std::uint8_t>(kBlack + std::max(0, pixel - kBlack) * percent_ / 100);
    });
  }
}

}  // namespace $name
""")

MODULE = Template("""// Which classes of the descriptor are which of the library's.
#include <kaskado/module.hpp>

#include "$name.hpp"

KASKADO_MODULE(module) {
  using $name::$cls;
  module.filter<$cls, int>("$cls")
      .property("percent", &$cls::percent, &$cls::set_percent)
      .method("pictures", &$cls::pictures);
}
""")

TEST = Template("""// Fails with what is wrong; says nothing otherwise.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <kaskado/testing.hpp>

#include "$name.hpp"

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\\n", what);
  std::exit(1);
}

}  // namespace

int main() {
  kaskado::sdk::TestContext context;
  $name::$cls filter(context, 50);
  kaskado::sdk::TestVideoFrame frame(64, 48);
  frame.edit_i420().y.data[0] = 116;
  filter.process(frame);
  expect(frame.i420().y.data[0] == 66, "half of what is above black stays");
  expect(filter.pictures() == 1, "pictures are counted");
  expect(context.events.size() == 1 && context.events[0].first == "${event}", "the first picture is told of");
  expect(context.events[0].second.at("width") == 64, "and its width");
  try {
    filter.set_percent(101);
    expect(false, "101 percent are refused");
  } catch (const std::invalid_argument&) {
  }
}
""")

MESON = Template("""project('$name', 'cpp', version: '1.0.0', default_options: ['cpp_std=c++20', 'warning_level=3', 'buildtype=release'])

kaskado = dependency('kaskado-module')
modules_dir = kaskado.get_variable(pkgconfig: 'modulesdir')

shared_module('kaskado-$name', 'module.cpp', '$name.cpp', dependencies: kaskado, gnu_symbol_visibility: 'hidden',
  install: true, install_dir: modules_dir)
# Beside the library, so that --modules-path may name the build directory.
configure_file(input: '$name.kmd.json', output: '$name.kmd.json', copy: true, install: true, install_dir: modules_dir)

test('$name', executable('${name}_test', '${name}_test.cpp', '$name.cpp', dependencies: kaskado))
""")


def files(name: str) -> dict[str, str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise Fault(f"'{name}' is no name for a module: small letters, digits and underscores, a letter first")
    if name in KURENTO_MODULES:
        raise Fault(f"'{name}' is a module of Kurento's own")
    stem = "".join(part.capitalize() for part in name.split("_") if part)
    words = {"name": name, "cls": f"{stem}Filter", "event": f"{stem}Started"}
    parts = {f"{name}.kmd.json": DESCRIPTOR, f"{name}.hpp": HEADER, f"{name}.cpp": SOURCE, "module.cpp": MODULE,
             f"{name}_test.cpp": TEST, "meson.build": MESON}
    return {path: template.substitute(words) for path, template in parts.items()}
