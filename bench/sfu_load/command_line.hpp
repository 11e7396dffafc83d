// The generator's conversation with whoever runs it: a JSON object a line, in and out. Every command has a
// "do" and a number "n", and is answered under that number; events come in between.
//
//   {"do":"join","n":1,"peer":7,"publishes":false,"audio":false,"source":1}    -> {"n":1,"offer":"v=0…"}
//   {"do":"answer","n":2,"peer":7,"sdp":"v=0…"}                                -> {"n":2}
//   {"do":"candidate","n":3,"peer":7,"candidate":"candidate:…"}                -> {"n":3}
//   {"do":"join","n":4,"peer":8,…,"offer":"v=0…"}   where the server offers    -> {"n":4,"answer":"v=0…"}
//   {"do":"start","n":5,"pps":260,"size":1200,"fps":30,"burst":false}          -> {"n":5}
//   {"do":"start",…,"frames":true}   those that send coded pictures               -> {"n":5}
//   {"do":"start",…,"peer":7}     this one alone, which has to be connected     -> {"n":5}
//   {"do":"begin-window","n":6}                                                -> {"n":6}
//   {"do":"end-window","n":7}     what was in it                               -> {"n":7,"window":{…}}
//   {"do":"stop","n":8} {"do":"resume","n":8} {"do":"close","n":9}             -> {"n":8} {"n":8} {"n":9}
//   {"do":"leave","n":9,"peer":7} which "silently":true keeps from the server   -> {"n":9}
//   {"do":"report","n":10}        the whole run                                -> {"n":10,"run":{…}}
//   {"do":"peers","n":11}   what each has published or received, and why its connection is lost, or ""
//                                           -> {"n":11,"peers":[{"peer":7,"packets":5,"lost":""},…]}
//
// A peer of coded pictures: "codec":"VP8" or "H264"; a publisher has "frames":"FILE" and may have
// "sentLog":"FILE", a viewer has "transcoded":true and may have "record":"FILE" (peer.hpp).
//
//   {"event":"connected","peer":7,"ms":12.5} {"event":"failed","peer":7,"why":"…"}
//
// What is wrong with a command is its answer: {"n":1,"error":"…"}. It ends with its input.
#pragma once

#include <string>
#include <string_view>

#include "load.hpp"

namespace kaskado::bench {

class CommandLine {
 public:
  explicit CommandLine(std::unique_ptr<Surroundings> shared);

  Load& load() { return load_; }
  // One command; the answer goes to the standard output.
  void run(std::string_view line);

 private:
  Load load_;
  LoadTotals at_window_;
};

}  // namespace kaskado::bench
