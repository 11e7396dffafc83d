// Any text as a candidate: what is taken is written as a text that is taken again and is written the same.
#include <cstdlib>

#include "ice/candidate.hpp"

using kaskado::ice::Candidate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto candidate = Candidate::parse({reinterpret_cast<const char*>(data), size});
  if (!candidate.ok()) return 0;
  const std::string text = candidate->to_string();
  const auto again = Candidate::parse(text);
  if (!again.ok() || again->to_string() != text) std::abort();
  if (candidate->is_end_of_candidates() != text.empty()) std::abort();
  if (text.find_first_of("\r\n") != std::string::npos) std::abort();
  if (again->address != candidate->address || again->priority != candidate->priority) std::abort();
  return 0;
}
