// Finds the modules of codecs and loads each with its first use. A module stays for the life of the process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "codec/codec_module.hpp"

namespace kaskado::codec {

enum class CodecLibrary : std::uint8_t { vpx, openh264, opus, avcodec };

// Any thread. The error names the file and what is the matter with it; the next call tries again.
base::Result<const CodecModule*> codec_library(CodecLibrary library);

// Whether its file is there. Loads nothing.
bool is_installed(CodecLibrary library);

// Where modules are looked for, in this order, by the running executable: beside it in the installation, in
// the tree that it was built in, and where this build would be installed.
std::vector<std::filesystem::path> module_directories(const std::filesystem::path& executable);

// The first of the directories that has such a file decides.
base::Result<const CodecModule*> open_module(const std::vector<std::filesystem::path>& directories,
                                             const std::string& file_name);

}  // namespace kaskado::codec
