// Who of several speaks, from how loud each has been.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace kaskado::elements {

// Each takes the floor that is clearly louder than who has it, for a while. Levels are RFC 6464's, turned around: dB above
// -127 dBov, 0 for silence.
class SpeakerContest {
 public:
  // Below this nobody speaks.
  static constexpr double kLeastLevel = 77;  // -50 dBov
  // So much louder, in dB, one has to be than who has the floor.
  static constexpr double kMargin = 4;
  // For so many turns in a row.
  static constexpr int kTurns = 2;
  static constexpr std::size_t kMostSpeakers = 1024;

  // False where there are too many.
  bool add(const std::string& id);
  void remove(const std::string& id);
  // A packet of theirs has come.
  void hear(const std::string& id, std::uint8_t level);
  // Once in a while, in even steps. Gives who has taken the floor since the last turn.
  std::optional<std::string> turn();

 private:
  struct Speaker {
    double sum = 0;  // of the levels since the last turn
    int packets = 0;
    double level = 0;  // a mean over some turns
  };

  std::map<std::string, Speaker> speakers_;
  std::string active_;      // empty before the first
  std::string challenger_;  // the loudest of the last turn
  int turns_ = 0;           // that it has been
};

}  // namespace kaskado::elements
