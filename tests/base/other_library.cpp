// A shared library that is no late module.
extern "C" int some_other_function();
int some_other_function() {
  return 1;
}
