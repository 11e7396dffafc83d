#include "control/page_files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>

namespace kaskado::control {
namespace {

const PageFile* find(std::string_view path) {
  for (const PageFile& file : page_files()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

TEST(PageFiles, AreOrderedByPathWithoutDoubles) {
  const auto files = page_files();
  EXPECT_TRUE(std::is_sorted(files.begin(), files.end(),
                             [](const auto& a, const auto& b) { return a.path < b.path; }));
  std::set<std::string_view> paths;
  for (const PageFile& file : files) EXPECT_TRUE(paths.insert(file.path).second) << file.path;
}

TEST(PageFiles, ServeThePageAtTheRootAndByName) {
  const PageFile* root = find("/");
  const PageFile* index = find("/index.html");
  ASSERT_TRUE(root != nullptr && index != nullptr);
  EXPECT_EQ(root->content, index->content);
  EXPECT_EQ(root->etag, index->etag);
  EXPECT_EQ(root->content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(root->content.starts_with("<!doctype html>\n"));
  EXPECT_TRUE(root->content.ends_with("</html>\n"));
}

TEST(PageFiles, NameTheTypesThatBrowsersInsistOn) {
  ASSERT_NE(find("/main.js"), nullptr);
  EXPECT_EQ(find("/main.js")->content_type, "text/javascript; charset=utf-8");
  ASSERT_NE(find("/style.css"), nullptr);
  EXPECT_EQ(find("/style.css")->content_type, "text/css; charset=utf-8");
  ASSERT_NE(find("/icon.svg"), nullptr);
  EXPECT_EQ(find("/icon.svg")->content_type, "image/svg+xml; charset=utf-8");
}

TEST(PageFiles, HaveStrongTagsThatTellContentsApart) {
  std::set<std::string_view> tags;
  for (const PageFile& file : page_files()) {
    EXPECT_TRUE(std::regex_match(std::string(file.etag), std::regex("\"[0-9a-f]{32}\""))) << file.path;
    EXPECT_TRUE(tags.insert(file.etag).second || file.path == "/index.html") << file.path;
  }
}

/// A module that meson.build forgot would leave the page blank.
TEST(PageFiles, HoldEveryFileThatTheyReferTo) {
  const std::regex reference(R"re((?:from "\./|src="|href=")([\w-]+\.(?:js|css|svg))")re");
  int found = 0;
  for (const PageFile& file : page_files()) {
    const std::string text(file.content);
    for (std::sregex_iterator match(text.begin(), text.end(), reference), end; match != end;
         ++match, ++found) {
      EXPECT_NE(find("/" + (*match)[1].str()), nullptr) << file.path << " refers to " << (*match)[1];
    }
  }
  EXPECT_GT(found, 30);
}

TEST(PageFiles, AskNoOtherHostForAnything) {
  const std::regex resource(
      R"re((?:src|href)="(?:https?:)?//|@import|url\(["']?(?:https?:)?//|from "https?:)re");
  for (const PageFile& file : page_files()) {
    EXPECT_FALSE(std::regex_search(std::string(file.content), resource)) << file.path;
  }
}

}  // namespace
}  // namespace kaskado::control
