// Writes what a module's library registers, a line each: `class NAME PARAMETERS` and `operation CLASS NAME
// PARAMETERS`.
#include <dlfcn.h>

#include <iostream>
#include <kaskado/module.hpp>

int main(int argc, char** argv) {
  using namespace kaskado::sdk;
  void* const library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
  const auto entry = library ? reinterpret_cast<ModuleEntry>(dlsym(library, kModuleEntryName)) : nullptr;
  if (!entry) {
    std::cerr << (argc == 2 ? dlerror() : "usage: dump_module LIBRARY") << '\n';
    return 1;
  }
  if (entry(kAbi + 1)) return 2;
  for (const auto& each : entry(kAbi)->classes()) {
    std::cout << "class " << each->name << ' ' << each->parameters << '\n';
    for (const Operation& operation : each->operations)
      std::cout << "operation " << each->name << ' ' << operation.name << ' ' << operation.parameters << '\n';
  }
}
