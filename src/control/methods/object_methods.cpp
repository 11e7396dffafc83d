// describe, ref, unref and release.
#include <utility>

#include "control/methods/methods.hpp"

namespace kaskado::control::methods {

using namespace pipeline;

namespace {

std::string qualified(const ClassInfo& info) {
  return std::string(info.namespace_) + "." + std::string(info.name);
}

}  // namespace

void describe(const CallRef& call) {
  auto object = call->object();
  if (!object) return void(call->answer(std::move(object).error()));
  auto session = call->session_holding(**object);
  if (!session) return void(call->answer(std::move(session).error()));
  const ClassInfo& info = *(*object)->info;
  Array hierarchy;
  for (const ClassInfo* c = info.parent; c; c = c->parent) hierarchy.emplace_back(qualified(*c));
  Object result;
  result.set("hierarchy", std::move(hierarchy));
  result.set("qualifiedType", qualified(info));
  result.set("type", info.name);
  call->answer_with(std::move(result));
}

void ref(const CallRef& call) {
  auto object = call->object();
  if (!object) return void(call->answer(std::move(object).error()));
  auto session = call->session_holding(**object);
  if (!session) return void(call->answer(std::move(session).error()));
  call->answer_with({});
}

// Letting go of what is not there, or not held, is success.
void unref(const CallRef& call) {
  auto id = call->text("object");
  if (!id) return void(call->answer(std::move(id).error()));
  auto session = call->session_if_known();
  if (!session) return void(call->answer(std::move(session).error()));
  ObjectEntry* object = call->find(*id);
  if (object && *session) call->context.objects.collect(call->context.objects.table().drop((*session)->key, *object));
  call->answer_with({});
}

void release(const CallRef& call) {
  auto id = call->text("object");
  if (!id) return void(call->answer(std::move(id).error()));
  auto session = call->session_if_known();
  if (!session) return void(call->answer(std::move(session).error()));
  ObjectEntry* object = call->find(*id);
  if (!object) return void(call->answer_with({}));
  call->context.objects.release(*object, [call] { call->answer_with({}); });
}

}  // namespace kaskado::control::methods
