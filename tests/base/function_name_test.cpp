#include "base/function_name.hpp"

#include <gtest/gtest.h>

#include <dlfcn.h>

#include <array>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace kaskado::base {
namespace {

std::string readable(std::string_view mangled) {
  std::array<char, 64> text;
  return std::string(readable_name(mangled, text));
}

TEST(ReadableName, HasTheNamesOfScopes) {
  EXPECT_EQ(readable("_ZN7kaskado8pipeline5Shard8on_batchEv"), "kaskado::pipeline::Shard::on_batch");
  EXPECT_EQ(readable("_ZNK7kaskado4base6Strand4sizeEv"), "kaskado::base::Strand::size");
}

TEST(ReadableName, LeavesUnnamedNamespacesOut) {
  EXPECT_EQ(readable("_ZN7kaskado12_GLOBAL__N_14waitEi"), "kaskado::wait");
  EXPECT_EQ(readable("_ZL4waiti"), "wait");
}

TEST(ReadableName, OfALambdaIsItsFunctions) {
  EXPECT_EQ(readable("_ZZN7kaskado7Kaskado5startEvENKUlvE_clEv"), "kaskado::Kaskado::start");
}

TEST(ReadableName, EndsWhereTemplatesBegin) {
  EXPECT_EQ(readable("_ZN7kaskado4base10LateModuleIiE3getEv"), "kaskado::base::LateModule");
}

TEST(ReadableName, OfOthersStaysAsItIs) {
  for (const char* name :
       {"main", "", "_Z", "_ZSt9terminatev", "_ZNSt6vectorIiE4sizeEv", "_ZN999xE", "_ZN0E"})
    EXPECT_EQ(readable(name), name);
}

TEST(ReadableName, IsCutWhereItDoesNotFit) {
  std::array<char, 9> text;
  EXPECT_EQ(readable_name("_ZN7kaskado8pipelineE", text), "kaskado::");
}

std::vector<std::byte> own_file() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  std::vector<std::byte> bytes;
  for (std::istreambuf_iterator<char> at(file), end; at != end; ++at)
    bytes.push_back(static_cast<std::byte>(*at));
  return bytes;
}

[[gnu::noinline]] int function_to_find(int x) {
  return x * 3;
}

std::uint64_t address_in_file(int (*function)(int)) {
  Dl_info info;
  EXPECT_NE(dladdr(reinterpret_cast<const void*>(function), &info), 0);
  return reinterpret_cast<std::uint64_t>(function) - reinterpret_cast<std::uint64_t>(info.dli_fbase);
}

TEST(FunctionNames, AreFoundByAnyAddressWithin) {
  const std::vector<std::byte> file = own_file();
  const std::uint64_t address = address_in_file(&function_to_find);
  for (const std::uint64_t offset : {0, 1}) {
    const FunctionName found = find_function(file, address + offset);
    EXPECT_NE(found.mangled.find("function_to_find"), std::string_view::npos) << found.mangled;
    EXPECT_EQ(found.offset, offset);
  }
}

TEST(FunctionNames, AreNotFoundWhereThereIsNone) {
  const std::vector<std::byte> file = own_file();
  EXPECT_TRUE(find_function(file, 0).mangled.empty());
  EXPECT_TRUE(find_function(file, ~std::uint64_t{0}).mangled.empty());
  EXPECT_TRUE(find_function({}, 5).mangled.empty());
}

// Nothing is read beyond the end (which the sanitizers would tell), whatever stands there.
TEST(FunctionNames, OfFilesThatAreBrokenAreNone) {
  const std::vector<std::byte> whole = own_file();
  const std::uint64_t address = address_in_file(&function_to_find);
  for (std::size_t length : {std::size_t{1}, std::size_t{63}, std::size_t{64}, whole.size() / 2}) {
    std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_TRUE(find_function(part, address).mangled.empty()) << length;
  }
  std::mt19937 random(7);
  std::vector<std::byte> broken = whole;
  for (int i = 0; i < 200; ++i) {
    const std::size_t at = 16 + random() % 48;  // the header, behind what makes it ELF
    const std::byte before = broken[at];
    broken[at] = static_cast<std::byte>(random());
    find_function(broken, address);
    broken[at] = before;
  }
}

}  // namespace
}  // namespace kaskado::base
