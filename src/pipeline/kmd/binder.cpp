#include "pipeline/kmd/binder.hpp"

namespace kaskado::pipeline::kmd {

double read_real(const Value& value) {
  if (const double* real = value.real()) return *real;
  return value.integer() ? static_cast<double>(*value.integer()) : 0;
}

bool read_boolean(const Value& value) {
  if (const bool* boolean = value.boolean()) return *boolean;
  return read_real(value) != 0;
}

ApiError Binder::error() && { return *std::move(error_); }

const Value& Binder::at(std::size_t index) const {
  static const Value null;
  return index < arguments_.size() ? arguments_[index] : null;
}

MediaObject* Binder::find(std::size_t index, const Value& reference) {
  if (!reference.string()) {
    fail_missing(index);
    return nullptr;
  }
  MediaObject* object = host_.find(*reference.string());
  if (!object && !error_) {
    error_ = ApiError{ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + *reference.string() + "' not found"};
  }
  return object;
}

void Binder::fail_missing(std::size_t index) {
  if (error_) return;
  error_ = ApiError{ErrorCode::MARSHALL_ERROR,
                    "'" + std::string(parameters_[index].name) + "' parameter should be a string"};
}

void Binder::fail_class(std::size_t index, const MediaObject& object) {
  if (error_) return;
  const ParameterInfo& parameter = parameters_[index];
  error_ = ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                    "'" + std::string(parameter.name) + "' should be a " +
                        std::string(parameter.type.object->name) + ", but '" + object.id() + "' is a " +
                        std::string(object.info().name)};
}

ApiError not_supported(const MediaObject& object) {
  return {ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED,
          "A " + std::string(object.info().name) + " does not have this operation"};
}

}  // namespace kaskado::pipeline::kmd
