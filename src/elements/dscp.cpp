#include "elements/dscp.hpp"

namespace kaskado::elements {

namespace {

// RFC 2474 §4.2.2: a class selector is the IP precedence of old.
constexpr std::uint8_t class_selector(int precedence) { return static_cast<std::uint8_t>(precedence << 3); }
// RFC 2597 §6: a class and how readily its packets are dropped.
constexpr std::uint8_t assured(int forwarding_class, int drop) {
  return static_cast<std::uint8_t>(forwarding_class << 3 | drop << 1);
}
constexpr std::uint8_t kBestEffort = 0;
constexpr std::uint8_t kLowerEffort = 1;  // RFC 8622 §5
constexpr std::uint8_t kExpedited = 46;   // RFC 3246 §2.7
constexpr std::uint8_t kVoiceAdmit = 44;  // RFC 5865 §2.3

}  // namespace

std::uint8_t dscp_of(DSCPValue value) {
  switch (value) {
    case DSCPValue::no_dscp:
    case DSCPValue::no_value:
    case DSCPValue::cs0:
    case DSCPValue::audio_low:
    case DSCPValue::video_low:
    case DSCPValue::data_low:
    case DSCPValue::chrome_low: return kBestEffort;
    case DSCPValue::le:
    case DSCPValue::audio_verylow:
    case DSCPValue::video_verylow:
    case DSCPValue::data_verylow: return kLowerEffort;
    case DSCPValue::ef:
    case DSCPValue::audio_medium:
    case DSCPValue::audio_high: return kExpedited;
    case DSCPValue::voiceadmit: return kVoiceAdmit;
    case DSCPValue::cs1:
    case DSCPValue::chrome_verylow: return class_selector(1);
    case DSCPValue::cs2: return class_selector(2);
    case DSCPValue::cs3: return class_selector(3);
    case DSCPValue::cs4: return class_selector(4);
    case DSCPValue::cs5: return class_selector(5);
    case DSCPValue::cs6: return class_selector(6);
    case DSCPValue::cs7:
    case DSCPValue::chrome_medium:
    case DSCPValue::chrome_high: return class_selector(7);
    case DSCPValue::af11:
    case DSCPValue::data_medium: return assured(1, 1);
    case DSCPValue::af12: return assured(1, 2);
    case DSCPValue::af13: return assured(1, 3);
    case DSCPValue::af21:
    case DSCPValue::data_high: return assured(2, 1);
    case DSCPValue::af22: return assured(2, 2);
    case DSCPValue::af23: return assured(2, 3);
    case DSCPValue::af31: return assured(3, 1);
    case DSCPValue::af32: return assured(3, 2);
    case DSCPValue::af33: return assured(3, 3);
    case DSCPValue::af41:
    case DSCPValue::video_high_throughput: return assured(4, 1);
    case DSCPValue::af42:
    case DSCPValue::video_medium:
    case DSCPValue::video_high: return assured(4, 2);
    case DSCPValue::af43:
    case DSCPValue::video_medium_throughput: return assured(4, 3);
  }
  return kBestEffort;
}

}  // namespace kaskado::elements
