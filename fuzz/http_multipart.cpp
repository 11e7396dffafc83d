// A form's bytes. Whole and in pieces they must come to the same parts, and no part has a delimiter in it.
#include <algorithm>
#include <cstdint>
#include <string>

#include "fuzz/support/require.hpp"
#include "http/multipart_reader.hpp"

namespace {

using namespace kaskado;
using Event = http::MultipartReader::Event;
using fuzz::require;

constexpr std::string_view kBoundary = "b0";

class Form {
 public:
  void receive(base::Bytes bytes) {
    for (;;) {
      const auto [taken, event] = reader_.receive(bytes);
      require(taken <= bytes.size());
      bytes = bytes.subspan(taken);
      if (event == Event::part)
        end_part("\npart " + reader_.part().name + "|" + reader_.part().file_name.value_or("-") + "\n");
      if (event == Event::bytes) require(!reader_.bytes().empty());
      if (event == Event::bytes) content_ += base::as_text(reader_.bytes());
      if (event == Event::refused) return require(!reader_.error().empty());
      if (event == Event::end || bytes.empty()) return;
    }
  }
  std::string finish() {
    end_part(reader_.has_ended() ? "\nend" : "");
    return told_;
  }

 private:
  void end_part(const std::string& next) {
    require(content_.find("\r\n--" + std::string(kBoundary)) == std::string::npos);
    told_ += std::exchange(content_, {}) + next;
  }

  http::MultipartReader reader_ = *http::MultipartReader::make(kBoundary);
  std::string told_, content_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 32 + 1;
  const base::Bytes bytes{data + 1, size - 1};
  Form whole, in_pieces;
  whole.receive(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    in_pieces.receive(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  require(whole.finish() == in_pieces.finish());
  return 0;
}
