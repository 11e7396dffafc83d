// The errors of the Kurento protocol that an operation may answer, with the codes clients know.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace kaskado::pipeline {

#define KASKADO_ERROR_CODES(X)                               \
  X(MARSHALL_ERROR, 40001)                                   \
  X(UNEXPECTED_ERROR, 40003)                                 \
  X(CONNECT_ERROR, 40004)                                    \
  X(UNSUPPORTED_MEDIA_TYPE, 40005)                           \
  X(NOT_IMPLEMENTED, 40006)                                  \
  X(INVALID_SESSION, 40007)                                  \
  X(MALFORMED_TRANSACTION, 40008)                            \
  X(NOT_ENOUGH_RESOURCES, 40009)                             \
  X(MEDIA_OBJECT_TYPE_NOT_FOUND, 40100)                      \
  X(MEDIA_OBJECT_NOT_FOUND, 40101)                           \
  X(MEDIA_OBJECT_CONSTRUCTOR_NOT_FOUND, 40104)               \
  X(MEDIA_OBJECT_METHOD_NOT_FOUND, 40105)                    \
  X(MEDIA_OBJECT_EVENT_NOT_SUPPORTED, 40106)                 \
  X(MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, 40107)                 \
  X(MEDIA_OBJECT_NOT_AVAILABLE, 40108)                       \
  X(MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT, 40109)     \
  X(MEDIA_OBJECT_TAG_KEY_NOT_FOUND, 40110)                   \
  X(MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, 40111)             \
  X(SDP_CREATE_ERROR, 40200)                                 \
  X(SDP_PARSE_ERROR, 40201)                                  \
  X(SDP_END_POINT_NO_LOCAL_SDP_ERROR, 40202)                 \
  X(SDP_END_POINT_NO_REMOTE_SDP_ERROR, 40203)                \
  X(SDP_END_POINT_GENERATE_OFFER_ERROR, 40204)               \
  X(SDP_END_POINT_PROCESS_OFFER_ERROR, 40205)                \
  X(SDP_END_POINT_PROCESS_ANSWER_ERROR, 40206)               \
  X(SDP_CONFIGURATION_ERROR, 40207)                          \
  X(SDP_END_POINT_ALREADY_NEGOTIATED, 40208)                 \
  X(SDP_END_POINT_NOT_OFFER_GENERATED, 40209)                \
  X(SDP_END_POINT_ANSWER_ALREADY_PROCCESED, 40210)           \
  X(SDP_END_POINT_CANNOT_CREATE_SESSON, 40211)               \
  X(HTTP_END_POINT_REGISTRATION_ERROR, 40300)                \
  X(ICE_GATHER_CANDIDATES_ERROR, 40400)                      \
  X(ICE_ADD_CANDIDATE_ERROR, 40401)                          \
  X(SERVER_MANAGER_ERROR_KMD_NOT_FOUND, 40500)               \
  X(URI_PATH_FILE_NOT_FOUND, 40600)                          \
  X(PLAYER_SEEK_FAIL, 40700)

// The names are the wire's own (`error.data.type`), hence the capitals.
enum class ErrorCode : int {
#define X(name, code) name = code,
  KASKADO_ERROR_CODES(X)
#undef X
};

constexpr std::string_view to_string(ErrorCode code) {
  switch (code) {
#define X(name, number) \
  case ErrorCode::name: return #name;
    KASKADO_ERROR_CODES(X)
#undef X
  }
  return "UNDEFINED";
}

// `message` is a sentence for the application's developer; it names the parameter that was wrong.
struct ApiError {
  ErrorCode code;
  std::string message;
};

template <typename T>
using ApiResult = base::Result<T, ApiError>;

}  // namespace kaskado::pipeline
