// What a viewer's socket keeps of the RTP that it gets. Most packets are only counted, and cost the processor
// that copies them less where they are cut before.
#pragma once

#include <cstddef>

namespace kaskado::bench {

// What is left of an RTP packet that is not sampled: the fixed header.
inline constexpr std::size_t kTrimmedBytes = 12;

// Of RTP only one packet in `sample_every` (a power of two) stays whole, told by its sequence number; runs
// that come as one message (GRO) do, and all that is not RTP. One program for all sockets, as the code of a
// network stack is one; where the kernel takes none, each socket gets one of its own, which costs a packet
// some 0.3 µs where there are thousands, and knows no runs. False where neither can be had.
bool attach_viewer_filter(int socket, unsigned sample_every);
// Whether runs are told from packets.
bool viewer_filter_knows_runs(unsigned sample_every);

}  // namespace kaskado::bench
