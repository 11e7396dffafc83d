// OpenCV would spread one filter's work over threads of its own, beside those that the server has for all.
#pragma once

#include <opencv2/core/utility.hpp>

namespace kaskado::filters {

// Called first by each filter's constructor.
inline void keep_to_one_thread() {
  cv::setNumThreads(1);
}

}  // namespace kaskado::filters
