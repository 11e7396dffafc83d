// The directories of modules: what is found there, and why something is left out.
#include "control/module_catalog.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "control/api.hpp"
#include "pipeline/media_object.hpp"
#include "temporary_directory.hpp"

namespace kaskado::control {
namespace {

using namespace pipeline;
using Texts = std::vector<std::string>;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class ModuleCatalogTest : public testing::Test {
 protected:
  // A module whose library is a copy of one that can be loaded.
  void add(const std::string& name, const std::string& extends = "Filter", const std::string& folder = "") {
    add_descriptor(name, extends, folder);
    directory.write(folder + "lib" + name + ".so", library);
  }
  void add_descriptor(const std::string& name, const std::string& extends, const std::string& folder = "") {
    directory.write(folder + name + ".kmd.json",
                    R"({"name":")" + name + R"(","version":"1","kaskado":{"abi":1,"library":"lib)" + name +
                        R"(.so"},"remoteClasses":[{"name":")" + name + R"(Filter","extends":")" + extends +
                        R"(","constructor":{"params":[{"name":"mediaPipeline","type":"MediaPipeline"}]}}]})");
  }
  void load(Texts directories = {}) {
    if (directories.empty()) directories = {directory.path().string()};
    catalog.load(directories,
                 {1,
                  [](const Construction&, const Arguments&) -> ApiResult<std::unique_ptr<MediaObject>> {
                    return ApiError{};
                  },
                  nullptr, nullptr},
                 [this](std::string path, const std::vector<const ClassInfo*>& classes) {
                   libraries.push_back(path + " " + std::string(classes.at(0)->name));
                   return std::make_unique<ClassOrigin>();
                 });
  }
  Texts names() const {
    Texts all;
    for (const pipeline::ModuleInfo& module : catalog.modules().subspan(module_list().size()))
      all.emplace_back(module.name);
    return all;
  }
  std::string path(const std::string& file) const { return (directory.path() / file).string(); }

  const std::string library = content_of(KASKADO_TOY_LIBRARY);
  control_test::TemporaryDirectory directory;
  ModuleCatalog catalog{module_list()};
  Texts libraries;
};

TEST_F(ModuleCatalogTest, ModulesAreFoundInTheDirectoryAndOneBelow) {
  std::filesystem::create_directories(directory.path() / "deeper" / "deepest");
  add("b");
  add("a");
  add("c", "Filter", "deeper/");
  add("d", "Filter", "deeper/deepest/");
  directory.write("readme.json", "{");
  load();
  EXPECT_EQ(names(), (Texts{"a", "b", "c"}));
  EXPECT_EQ(libraries[0], path("liba.so") + " aFilter");
  EXPECT_TRUE(catalog.refused().empty());
  EXPECT_NE(catalog.modules().back().classes[0]->origin, nullptr);
}

TEST_F(ModuleCatalogTest, AModuleMayExtendOneThatComesLater) {
  add("a", "bFilter");
  add("b", "cFilter");
  add("c");
  load();
  EXPECT_EQ(names(), (Texts{"c", "b", "a"}));
}

TEST_F(ModuleCatalogTest, TheFirstOfANameCounts) {
  std::filesystem::create_directories(directory.path() / "more");
  add("a");
  add("a", "Filter", "more/");
  load();
  EXPECT_EQ(names(), Texts{"a"});
  EXPECT_EQ(catalog.refused(), Texts{path("more/a.kmd.json") + ": there is a module 'a' already"});
}

TEST_F(ModuleCatalogTest, WhatIsBrokenIsLeftOutAndTheOthersStay) {
  add("good");
  add("orphan", "Nobody");
  add_descriptor("lost", "Filter");
  directory.write("text.kmd.json", "no JSON");
  load({"/nowhere", directory.path().string()});
  EXPECT_EQ(names(), Texts{"good"});
  EXPECT_EQ(catalog.refused(),
            (Texts{path("lost.kmd.json") + ": its library " + path("liblost.so") + " is not there",
                   path("orphan.kmd.json") + ": class orphanFilter extends 'Nobody', which is not defined",
                   path("text.kmd.json") + ": it is no JSON: Invalid value. (at byte 1)"}));
}

TEST_F(ModuleCatalogTest, ALibraryIsLookedAtFromOutside) {
  const auto verdict = [&](const std::string& content) {
    const auto checked = check_shared_object(directory.write("lib.so", content));
    return checked ? std::string("good") : checked.error().message;
  };
  EXPECT_EQ(verdict(library), "good");
  EXPECT_EQ(verdict(""), "is no shared object (ELF)");
  EXPECT_EQ(verdict("#!/bin/sh"), "is no shared object (ELF)");
  EXPECT_EQ(verdict(std::string(4096, 'x')), "is no shared object (ELF)");
  EXPECT_EQ(verdict(library.substr(0, 40)), "is no shared object (ELF)");
  EXPECT_EQ(verdict(library.substr(0, library.size() / 2)), "is truncated");
  EXPECT_EQ(verdict(library.substr(0, library.size() - 1)), "is truncated");
  std::string foreign = library;
  foreign[18] ^= 1;  // e_machine
  EXPECT_EQ(verdict(foreign), "is for another machine");
  std::string object = library;
  object[16] = 1;  // e_type: ET_REL
  EXPECT_EQ(verdict(object), "is ELF, but no shared object");
  EXPECT_EQ(check_shared_object(directory.path().string()).error().message, "is not there");
}

TEST(ModulePaths, AreSplit) {
  EXPECT_EQ(split_paths("/a:/b::c:"), (Texts{"/a", "/b", "c"}));
  EXPECT_TRUE(split_paths("").empty());
}

}  // namespace
}  // namespace kaskado::control
