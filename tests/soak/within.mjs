// A controller whose signal comes with another one, or after so long. (One that AbortSignal.any makes of a timeout may be collected before.)
export function within(signal, ms) {
  const ending = new AbortController();
  const end = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    ending.abort();
  };
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  return ending;
}
