#include "codec/openh264/encoder_settings.hpp"

#include <algorithm>

namespace kaskado::codec {
namespace {

struct Level {
  ELevelIdc id;
  int macroblocks_a_second;
  int macroblocks_a_frame;
};

// ITU-T H.264 table A-1.
constexpr Level kLevels[] = {
    {LEVEL_3_1, 108'000, 3600},     {LEVEL_3_2, 216'000, 5120},   {LEVEL_4_0, 245'760, 8192},
    {LEVEL_4_2, 522'240, 8704},     {LEVEL_5_0, 589'824, 22'080}, {LEVEL_5_1, 983'040, 36'864},
    {LEVEL_5_2, 2'073'600, 36'864},
};

int useful_threads(const VideoEncoderSettings& settings) {
  const int pixels = settings.width * settings.height;
  const int most = pixels <= 640 * 480 ? 1 : pixels <= 1280 * 720 ? 2 : 4;
  return std::clamp(settings.threads, 1, most);
}

}  // namespace

ELevelIdc level_for(const VideoEncoderSettings& settings) {
  const int macroblocks = ((settings.width + 15) / 16) * ((settings.height + 15) / 16);
  const auto* const level = std::find_if(std::begin(kLevels), std::end(kLevels), [&](const Level& l) {
    return macroblocks <= l.macroblocks_a_frame &&
           macroblocks * settings.frames_per_second <= l.macroblocks_a_second;
  });
  return level == std::end(kLevels) ? LEVEL_5_2 : level->id;
}

void configure(const VideoEncoderSettings& settings, int width, int height, SEncParamExt& parameters) {
  const int threads = useful_threads(settings);
  parameters.iUsageType = CAMERA_VIDEO_REAL_TIME;
  parameters.iPicWidth = width;
  parameters.iPicHeight = height;
  parameters.iTargetBitrate = settings.bitrate_bps;
  parameters.iMaxBitrate = UNSPECIFIED_BIT_RATE;
  parameters.iRCMode = RC_BITRATE_MODE;
  parameters.fMaxFrameRate = static_cast<float>(settings.frames_per_second);
  parameters.bEnableFrameSkip = true;
  parameters.uiIntraPeriod = 0;  // on demand only
  parameters.bEnableSceneChangeDetect = false;
  parameters.eSpsPpsIdStrategy = CONSTANT_ID;
  parameters.bPrefixNalAddingCtrl = false;
  parameters.iComplexityMode = LOW_COMPLEXITY;
  parameters.iEntropyCodingModeFlag = 0;  // baseline has CAVLC only
  parameters.iTemporalLayerNum = 1;
  parameters.iSpatialLayerNum = 1;
  parameters.iMultipleThreadIdc = static_cast<unsigned short>(threads);
  SSpatialLayerConfig& layer = parameters.sSpatialLayers[0];
  layer.iVideoWidth = width;
  layer.iVideoHeight = height;
  layer.fFrameRate = parameters.fMaxFrameRate;
  layer.iSpatialBitrate = settings.bitrate_bps;
  layer.iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
  layer.uiProfileIdc = PRO_BASELINE;
  layer.uiLevelIdc = level_for(settings);
  layer.sSliceArgument.uiSliceMode = threads > 1 ? SM_FIXEDSLCNUM_SLICE : SM_SINGLE_SLICE;
  layer.sSliceArgument.uiSliceNum = static_cast<unsigned>(threads);
}

}  // namespace kaskado::codec
